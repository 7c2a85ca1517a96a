// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// The store moves to another address, and back, while clients use it.
final class MovedAddressTests: FaultTestCase {
  private func movingStore() throws -> MovingStore {
    let store = try MovingStore(try server, plan)
    addTeardownBlock { store.close() }
    return store
  }

  /// Moves the store `times` times, at moments that a seed decides, until it has done so.
  private static func move(
    _ store: MovingStore, seed: UInt64, times: Int, _ isOver: ClosingSignal
  ) throws {
    defer { isOver.close() }
    var random = SeededGenerator(seed: seed)
    for _ in 0..<times {
      isOver.pause(.milliseconds(Int.random(in: 5...40, using: &random)))
      try store.move()
    }
  }

  func testAnAddressThatMovesWhileEventsAreWritten() throws {
    let store = try movingStore()
    try makeStream("s", segments: 3)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    let isOver = ClosingSignal()
    try inParallel(2) { number in
      if number == 0 { return try Self.move(store, seed: 1, times: 15, isOver) }
      var generator = TestEventGenerator("k", keys: 10, paddings: [0, 300])
      let writer = try factory.createEventWriter(
        stream: "s", serializer: TestEventSerializer())
      repeat { try ledger.write(25, from: &generator, with: writer) } while !isOver.hasClosed
      try ledger.write(25, from: &generator, with: writer)
      try writer.close()
    }
    try readBack("s", into: ledger)
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertEqual(store.moveCount, 15)
  }

  func testAnAddressThatMovesWhileEventsAreRead() throws {
    let store = try movingStore()
    try makeStream("s", segments: 3)
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 10, paddings: [0, 300, 20_000])
    let factory = try makeFactory()
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    let reader = try factory.createReader(
      readerId: "r", readerGroup: try makeGroup("s"), serializer: TestEventSerializer())
    for round in 0..<15 {
      try ledger.write(40, from: &generator, with: writer)
      let half = ledger.readCount + 20
      XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= half })
      // Some is read ahead, some is not, and the next question may be on its way.
      try store.move()
      let end = ledger.acknowledgedCount
      let start = Deadline.now
      XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= end }, "round \(round)")
      XCTAssertLessThan(Deadline.now.nanoseconds - start.nanoseconds, 15_000_000_000)
    }
    XCTAssertEqual(ledger.problems(), [])
    try writer.close()
    try reader.close()
  }

  /// Readers join and leave, so that the state is written all the time while it moves.
  func testAnAddressThatMovesWhileAGroupUpdatesItsState() throws {
    let store = try movingStore()
    try makeStream("s", segments: 4)
    let ledger = TestEventLedger()
    let group = try makeGroup("s")
    let isOver = ClosingSignal()
    let isWritten = ClosingSignal()
    let tune: @Sendable (inout EngineSettings) -> Void = {
      Self.beQuick(&$0)
      $0.readerTimeUnit = .milliseconds(20)
    }
    let factories = try (0..<4).map { _ in try makeFactory(tune: tune) }
    try inParallel(5) { number in
      switch number {
      case 0: try Self.move(store, seed: 3, times: 20, isOver)
      case 1:
        defer { isWritten.close() }
        var generator = TestEventGenerator("k", keys: 12)
        let writer = try factories[0].createEventWriter(
          stream: "s", serializer: TestEventSerializer())
        repeat { try ledger.write(10, from: &generator, with: writer) } while !isOver.hasClosed
        try writer.close()
      default:
        let isDone = { isWritten.hasClosed && ledger.readCount >= ledger.acknowledgedCount }
        var generation = 0
        let deadline = Deadline.after(Self.patience)
        while !isDone(), !deadline.hasPassed {
          generation += 1
          let reader = try factories[number - 1].createReader(
            readerId: "r\(number)-\(generation)", readerGroup: group,
            serializer: TestEventSerializer())
          let turn = Deadline.after(.milliseconds(100))
          _ = try ledger.read(with: reader) { turn.hasPassed || isDone() }
          try reader.close()
        }
      }
    }
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertEqual(ledger.readCount, ledger.acknowledgedCount)
    XCTAssertEqual(store.moveCount, 20)
  }

  /// The controller is late: it names the old address for a while after the move.
  func testAControllerThatNamesTheOldAddressForAWhile() throws {
    let store = try movingStore()
    try makeStream("s", segments: 2)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 4)
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    try ledger.write(20, from: &generator, with: writer)
    try store.move()
    // Later rules win: the next answers name nobody's address.
    for number in 1...5 {
      plan.add(FaultRule("getURI", first: number, .moved(store.deadAddress)))
    }
    try ledger.write(20, from: &generator, with: writer)
    try writer.close()
    try readBack("s", into: ledger)
    XCTAssertEqual(ledger.problems(), [])
  }
}
