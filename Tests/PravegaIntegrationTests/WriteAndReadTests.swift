// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaTestKit
import XCTest

/// The main job: events go in, the same events come out.
final class WriteAndReadTests: IntegrationTestCase {
  func testAWriterAndAReaderEndToEnd() throws {
    try cluster.makeStream(scope, "s", segments: 4)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 10, paddings: [0, 100, 3000])
    try makeWriter(factory, "s").use { writer in
      try ledger.write(1000, from: &generator, with: writer)
    }
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == 1000 })
    XCTAssertEqual(ledger.problems(), [])
  }

  func testSeveralWritersAndReaders() throws {
    try cluster.makeStream(scope, "s", segments: 4)
    let ledger = TestEventLedger()
    let group = try makeGroup("s")
    let factory = try makeFactory()
    let (perWriter, writers) = (500, 4)
    let readers = try (0..<3).map { try makeReader(factory, group, "r\($0)") }
    try inParallel(writers + readers.count) { number in
      guard number >= writers else {
        var generator = TestEventGenerator("w\(number)", keys: 5)
        let writer = try factory.createEventWriter(
          stream: "s", serializer: TestEventSerializer())
        try ledger.write(perWriter, from: &generator, with: writer)
        return try writer.close()
      }
      let isOver = { ledger.readCount >= perWriter * writers }
      XCTAssertTrue(try ledger.read(with: readers[number - writers], until: isOver))
    }
    XCTAssertEqual(ledger.problems(), [])
  }

  func testManyKeysKeepTheirOrder() throws {
    try cluster.makeStream(scope, "s", segments: 3)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("key", keys: 1000)
    try makeWriter(factory, "s").use { writer in
      try ledger.write(5000, from: &generator, with: writer)
    }
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == 5000 })
    XCTAssertEqual(ledger.problems(), [])
  }

  func testTailReadingFollowsTheWriter() throws {
    try cluster.makeStream(scope, "s")
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    let writer = try makeWriter(factory, "s")
    var generator = TestEventGenerator("k")
    for count in 1...50 {
      try ledger.write(1, from: &generator, with: writer)
      XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == count })
    }
    XCTAssertEqual(ledger.problems(), [])
    try writer.close()
  }

  func testABatchIsWrittenWholeAndInOrder() throws {
    try cluster.makeStream(scope, "s", segments: 2)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k")
    try makeWriter(factory, "s").use { writer in
      for size in [1, 2, 100] {
        let events = (0..<size).map { _ in generator.make() }
        for event in events { ledger.write(event) }
        try writer.writeEvents(events, routingKey: "k.0").get(timeout: Self.patience)
        for event in events { ledger.acknowledge(event) }
      }
    }
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == 103 })
    XCTAssertEqual(ledger.problems(), [])
  }

  func testEventsUpToTheLargest() throws {
    try cluster.makeStream(scope, "s")
    let factory = try makeFactory()
    let sizes = [0, 1, 65_535, 65_536, 65_537, 1 << 20, (8 << 20) - 1, 8 << 20]
    let writer = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
    for size in sizes {
      let event = [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size)
      try writer.writeEvent(event, routingKey: "k").get(timeout: Self.patience)
    }
    XCTAssertThrowsError(try writer.writeEvent([UInt8](repeating: 0, count: 8 << 20 + 1))) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .invalidArgument)
    }
    try writer.close()
    let reader = try factory.createReader(
      readerId: "r", readerGroup: try makeGroup("s"), serializer: ByteArraySerializer())
    for size in sizes {
      let event = try nextEvent(reader)
      XCTAssertEqual(event.count, size)
      XCTAssertTrue(event.allSatisfy { $0 == UInt8(truncatingIfNeeded: size) })
    }
    try reader.close()
  }

  func testEventsWithoutAKeyAllArrive() throws {
    try cluster.makeStream(scope, "s", segments: 3)
    let factory = try makeFactory()
    let writer = try factory.createEventWriter(stream: "s", serializer: UTF8StringSerializer())
    let futures = try (0..<300).map { try writer.writeEvent("event \($0)") }
    for future in futures { try future.get(timeout: Self.patience) }
    try writer.close()
    let reader = try factory.createReader(
      readerId: "r", readerGroup: try makeGroup("s"), serializer: UTF8StringSerializer())
    var events: Set<String> = []
    for _ in 0..<300 { events.insert(try nextEvent(reader)) }
    XCTAssertEqual(events, Set((0..<300).map { "event \($0)" }))
    try reader.close()
  }

  func testFlushWaitsForEveryEvent() throws {
    try cluster.makeStream(scope, "s", segments: 2)
    let factory = try makeFactory()
    let writer = try makeWriter(factory, "s")
    var generator = TestEventGenerator("k", keys: 7)
    for _ in 0..<20 {
      let futures = try (0..<20).map { _ -> WriteFuture in
        let event = generator.make()
        return try writer.writeEvent(event, routingKey: event.key)
      }
      try writer.flush(timeout: Self.patience)
      for future in futures { XCTAssertNotNil(try? future.result?.get()) }
    }
    try writer.close()
  }

  private func nextEvent<Event>(_ reader: EventStreamReader<Event>) throws -> Event {
    let clock = ContinuousClock()
    let start = clock.now
    while clock.now - start < Self.patience {
      if let event = try reader.readNextEvent(timeout: .seconds(1)).event { return event }
    }
    return try XCTUnwrap(nil, "no event within \(Self.patience)")
  }
}
