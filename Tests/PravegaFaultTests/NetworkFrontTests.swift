// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// The server's network goes away and comes back over the same state, at any moment.
final class NetworkFrontTests: FaultTestCase {
  /// Takes fronts away and gives them back, at moments that a seed decides, on another thread.
  ///
  /// - Returns: closes when that is over.
  private func interrupt(
    _ fronts: [StandaloneServer.Front], seed: UInt64, times: Int = 12
  ) throws -> ClosingSignal {
    let isOver = ClosingSignal()
    let cluster = try cluster
    let worker = Worker.start(name: "interrupt") {
      var random = SeededGenerator(seed: seed)
      for _ in 0..<times {
        isOver.pause(.milliseconds(Int.random(in: 1...30, using: &random)))
        let front = fronts[Int.random(in: 0..<fronts.count, using: &random)]
        cluster.stopNetwork(front)
        isOver.pause(.milliseconds(Int.random(in: 0...20, using: &random)))
        do { try cluster.startNetwork(front) } catch { XCTFail("\(error)") }
      }
      isOver.close()
    }
    addTeardownBlock { _ = worker.join(until: .distantFuture) }
    return isOver
  }

  /// Connections of anybody on this machine take free ports.
  func testAStoppedServerKeepsItsPortsUntilItIsClosed() throws {
    let server = try StandaloneServer.start()
    let ports = [server.controllerURI, "tcp://" + server.storeEndpoint].map { text in
      Endpoint(parsing: String(text.dropFirst("tcp://".count)))
    }
    server.stopNetwork()
    for port in ports {
      let endpoint = try XCTUnwrap(port)
      XCTAssertThrowsError(try connectTCP(to: endpoint, deadline: .after(.seconds(5))))
      XCTAssertFalse(isFreePort(endpoint.port))
    }
    try server.startNetwork()
    server.stopNetwork(.store)
    server.close()
    for port in ports { XCTAssertTrue(isFreePort(try XCTUnwrap(port).port)) }
  }

  func testAStoreThatIsRestartedWhileEventsAreWritten() throws {
    for seed in 1...3 { try checkWriting("s\(seed)", [.store], seed: UInt64(seed)) }
  }

  func testBothAreRestartedWhileEventsAreWritten() throws {
    for seed in 4...6 { try checkWriting("s\(seed)", [.store, .controller], seed: UInt64(seed)) }
  }

  func testAControllerThatIsRestartedWhileSegmentsAreReplaced() throws {
    plan.add(FaultRule("AppendBlockEnd", first: 20, .seal))
    plan.add(FaultRule("AppendBlockEnd", first: 60, .seal))
    plan.add(FaultRule("AppendBlockEnd", first: 100, .seal))
    try checkWriting("s", [.controller], seed: 7, faults: 3)
    XCTAssertEqual(plan.injectedCount, 3)
  }

  /// Writes until the interruptions are over and so many faults of the plan have been met: a slow
  /// machine sends fewer blocks meanwhile.
  private func checkWriting(
    _ stream: String, _ fronts: [StandaloneServer.Front], seed: UInt64, faults: Int = 0
  ) throws {
    try makeStream(stream, segments: 3)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 10, paddings: [0, 300])
    let writer = try factory.createEventWriter(stream: stream, serializer: TestEventSerializer())
    let isOver = try interrupt(fronts, seed: seed)
    let limit = Deadline.after(Self.patience)
    repeat {
      try ledger.write(25, from: &generator, with: writer)
    } while !isOver.hasClosed || (plan.injectedCount < faults && !limit.hasPassed)
    try ledger.write(25, from: &generator, with: writer)
    try writer.close()
    try readBack(stream, into: ledger)
    XCTAssertEqual(ledger.problems(), [])
  }

  func testBothAreRestartedWhileAGroupReads() throws {
    try makeStream("s", segments: 4)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    let group = try makeGroup("s")
    let readers = try (0..<2).map {
      try factory.createReader(
        readerId: "r\($0)", readerGroup: group, serializer: TestEventSerializer())
    }
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    let isOver = try interrupt([.store, .controller], seed: 8, times: 20)
    let isWritten = ClosingSignal()
    try inParallel(3) { number in
      guard number == 2 else {
        let isDone = { isWritten.hasClosed && ledger.readCount >= ledger.acknowledgedCount }
        XCTAssertTrue(try ledger.read(with: readers[number], until: isDone))
        return
      }
      defer { isWritten.close() }
      var generator = TestEventGenerator("k", keys: 10, paddings: [0, 300])
      repeat { try ledger.write(25, from: &generator, with: writer) } while !isOver.hasClosed
      try ledger.write(25, from: &generator, with: writer)
      try writer.close()
    }
    XCTAssertEqual(ledger.problems(), [])
    for reader in readers { try reader.close() }
  }

  /// A connection that answers nothing any more is the worst: nobody is told.
  func testWithItsOwnSettingsAClientGoesOnWithinFifteenSecondsOfSilence() throws {
    try makeStream("s")
    let factory = try makeFactory { _ in }
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k")
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    let reader = try factory.createReader(
      readerId: "r", readerGroup: try makeGroup("s"), serializer: TestEventSerializer())
    try ledger.write(1, from: &generator, with: writer)
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == 1 })
    plan.add(FaultRule("AppendBlockEnd", .hang))
    plan.add(FaultRule("ReadSegment", .hang))
    let sent = try ledger.send(1, from: &generator, with: writer)
    let start = Deadline.now
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == 2 })
    try ledger.await(sent)
    XCTAssertLessThan(Deadline.now.nanoseconds - start.nanoseconds, 15_000_000_000)
    XCTAssertGreaterThan(plan.injectedCount, 0)
    XCTAssertEqual(ledger.problems(), [])
    try writer.close()
    try reader.close()
  }

  /// Calls end by their deadline while nobody is there, and work again afterwards.
  func testEverythingEndsByItsDeadlineWhileTheServerIsAway() throws {
    try makeStream("s")
    let factory = try makeFactory()
    let event = TestEvent(key: "k", sequence: 0)
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    try writer.writeEvent(event, routingKey: "k").get(timeout: Self.patience)
    let reader = try factory.createReader(
      readerId: "r", readerGroup: try makeGroup("s"), serializer: TestEventSerializer())
    try cluster.stopNetwork()
    let start = Deadline.now
    let future = try writer.writeEvent(event, routingKey: "k")
    XCTAssertThrowsError(try future.get(timeout: .milliseconds(200))) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .timeout)
      XCTAssertEqual(($0 as? PravegaError)?.retry, .outcomeUnknown)
    }
    XCTAssertThrowsError(try writer.flush(timeout: .milliseconds(200)))
    _ = try? reader.readNextEvent(timeout: .milliseconds(200))
    XCTAssertLessThan(Deadline.now.nanoseconds - start.nanoseconds, 5_000_000_000)
    try cluster.startNetwork()
    let restart = Deadline.now
    try future.get(timeout: Self.patience)
    XCTAssertLessThan(Deadline.now.nanoseconds - restart.nanoseconds, 15_000_000_000)
    var count = 0
    XCTAssertTrue(
      try eventually(within: .seconds(15)) {
        if try reader.readNextEvent(timeout: .milliseconds(50)).event != nil { count += 1 }
        return count == 2
      })
    try writer.close()
    try reader.close()
  }
}
