// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads

@testable import PravegaCore

// What the writers and readers of a random run do.
extension RandomRun {
  // MARK: - Writers

  /// Writes single events and batches, waits for each or flushes, and now and then goes on with
  /// another writer.
  func write(_ number: Int, _ random: SeededGenerator) throws {
    var random = random
    do {
      var singles = TestEventGenerator("w\(number)", keys: 7, paddings: plan.paddings)
      var batches = TestEventGenerator("b\(number)", paddings: plan.paddings)
      var left = plan.events
      try withWriterFactory { factory in
        while left > 0 {
          let writer = try factory.createEventWriter(
            stream: Self.stream, serializer: TestEventSerializer())
          repeat {
            let count = min(left, plan.perAwait)
            let isBatch = Int.random(in: 0..<5, using: &random) == 0
            let sent =
              isBatch
              ? try sendBatch(count, &batches, writer)
              : try ledger.send(count, from: &singles, with: writer)
            if Int.random(in: 0..<3, using: &random) == 0 { try flush(writer, sent) }
            try ledger.await(sent)
            left -= count
          } while left > 0 && Int.random(in: 0..<8, using: &random) > 0
          try writer.close()
        }
      }
    } catch { throw Failure(description: "writer \(number): \(error)") }
  }

  private func sendBatch(
    _ count: Int, _ generator: inout TestEventGenerator, _ writer: EventStreamWriter<TestEvent>
  ) throws -> [(TestEvent, WriteFuture)] {
    let events = (0..<count).map { _ in generator.make() }
    for event in events { ledger.write(event) }
    let future = try writer.writeEvents(events, routingKey: events[0].key)
    return events.map { ($0, future) }
  }

  private func flush(
    _ writer: EventStreamWriter<TestEvent>, _ sent: [(TestEvent, WriteFuture)]
  ) throws {
    try writer.flush(timeout: Self.patience)
    guard let early = sent.first(where: { !$0.1.isDone }) else { return }
    throw Failure(description: "flush left \(early.0) behind")
  }

  // MARK: - Readers

  func read(_ group: String, _ number: Int) throws {
    do {
      var name = "reader-\(number)"
      if let limit = plan.crashes[number] {
        let (isAtEnd, position) = try readSome(group, name, limit)
        if isAtEnd { return }
        try declareDead(group, name, position)
        name += "-again"
      }
      _ = try readSome(group, name, nil)
    } catch { throw Failure(description: "reader \(number): \(error)") }
  }

  /// Reads to the end, or until `limit` events are read and the reader dies with all it has.
  private func readSome(
    _ group: String, _ name: String, _ limit: Int?
  ) throws -> (isAtEnd: Bool, Position?) {
    let factory = try makeFactory()
    defer { factory.close() }
    let reader = try factory.createReader(
      readerId: name, readerGroup: group, serializer: TestEventSerializer())
    let deadline = Deadline.after(Self.patience)
    var position: Position?
    var count = 0
    while !deadline.hasPassed {
      let read = try reader.readNextEvent(timeout: .milliseconds(50))
      if let event = read.event {
        for event in noted(event) { ledger.read(event) }
        count += 1
        position = read.position
        if let limit, count >= limit { return (false, position) }
      }
      if read.isReadCompleted {
        try reader.close()
        return (true, position)
      }
    }
    throw Failure(description: "the end was not reached; \(ledger.readCount) events read")
  }

  private func declareDead(_ group: String, _ name: String, _ position: Position?) throws {
    let manager = ReaderGroupManager(scope: Self.scope, client: try makeClient())
    defer { manager.close() }
    let handle = try manager.readerGroup(group)
    defer { handle.close() }
    try handle.readerOffline(name, lastPosition: position)
  }
}
