// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaTestKit
import XCTest

/// Readers that come, go and die.
final class ReaderGroupTests: IntegrationTestCase {
  private func write(_ count: Int, keys: Int, to ledger: TestEventLedger) throws {
    let factory = try makeFactory()
    var generator = TestEventGenerator("k", keys: keys)
    try makeWriter(factory, "s").use { try ledger.write(count, from: &generator, with: $0) }
  }

  func testAReaderThatLeavesIsReplacedWhereItWas() throws {
    try cluster.makeStream(scope, "s", segments: 4)
    let ledger = TestEventLedger()
    try write(900, keys: 30, to: ledger)
    let (factory, group) = (try makeFactory(), try makeGroup("s"))
    for (name, count) in [("a", 300), ("b", 600), ("c", 900)] {
      let reader = try makeReader(factory, group, name)
      XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == count })
      try reader.close()
    }
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertTrue(ledger.isComplete)
  }

  func testReadersJoinWhileOthersRead() throws {
    try cluster.makeStream(scope, "s", segments: 6)
    let ledger = TestEventLedger()
    let (factory, group) = (try makeFactory(), try makeGroup("s"))
    let total = 3000
    try inParallel(4) { number in
      if number == 3 {
        var generator = TestEventGenerator("k", keys: 60)
        let writer = try factory.createEventWriter(
          stream: "s", serializer: TestEventSerializer())
        for _ in 0..<100 { try ledger.write(30, from: &generator, with: writer) }
        return try writer.close()
      }
      // The n-th reader joins when n thirds of the events are read, however fast that goes.
      let isDue = { ledger.readCount >= number * total / 3 }
      XCTAssertTrue(eventually(within: Self.patience, isDue))
      let reader = try factory.createReader(
        readerId: "r\(number)", readerGroup: group, serializer: TestEventSerializer())
      XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= total })
      try reader.close()
    }
    XCTAssertEqual(ledger.problems(), [])
  }

  func testADeadReadersEventsAreReadAgainFromThePositionGiven() throws {
    try cluster.makeStream(scope, "s", segments: 2)
    let ledger = TestEventLedger()
    try write(200, keys: 10, to: ledger)
    let (factory, group) = (try makeFactory(), try makeGroup("s"))
    let dead = try makeReader(factory, group, "dead")
    var position: Position?
    while ledger.readCount < 77 {
      let read = try dead.readNextEvent(timeout: .milliseconds(50))
      guard let event = read.event else { continue }
      ledger.read(event)
      position = read.position
    }
    let manager = try ReaderGroupManager.withScope(scope, config: config)
    let handle = try manager.readerGroup(group)
    XCTAssertEqual(try handle.onlineReaders(), ["dead"])
    try handle.readerOffline("dead", lastPosition: position)
    XCTAssertEqual(try handle.onlineReaders(), [])
    let heir = try makeReader(factory, group, "heir")
    XCTAssertTrue(try ledger.read(with: heir) { ledger.readCount == 200 })
    XCTAssertEqual(ledger.problems(), [])
    handle.close()
    manager.close()
  }

  func testAReaderDeclaredDeadFindsOut() throws {
    try cluster.makeStream(scope, "s")
    let (factory, group) = (try makeFactory(), try makeGroup("s"))
    let reader = try makeReader(factory, group, "r")
    _ = try reader.readNextEvent(timeout: .zero)
    let manager = try ReaderGroupManager.withScope(scope, config: config)
    defer { manager.close() }
    let handle = try manager.readerGroup(group)
    defer { handle.close() }
    try handle.readerOffline("r", lastPosition: nil)
    let found = try eventually(within: Self.patience) {
      do { _ = try reader.readNextEvent(timeout: .milliseconds(50)) } catch let error
        as PravegaError
      {
        XCTAssertEqual(error.code, .reinitializationRequired)
        return true
      }
      return false
    }
    XCTAssertTrue(found)
  }

  func testAutomaticCheckpointsComeBetweenEvents() throws {
    try cluster.makeStream(scope, "s", segments: 2)
    let ledger = TestEventLedger()
    try write(50, keys: 10, to: ledger)
    let reader = try makeReader(try makeFactory(), try makeGroup("s", checkpointMillis: 100), "r")
    var names: Set<String> = []
    let found = try eventually(within: Self.patience) {
      let read = try reader.readNextEvent(timeout: .milliseconds(50))
      if let event = read.event { ledger.read(event) }
      if read.isCheckpoint { names.insert(try XCTUnwrap(read.checkpointName)) }
      return names.count >= 3 && ledger.readCount == 50
    }
    XCTAssertTrue(found, "\(names), \(ledger.readCount) events")
    XCTAssertEqual(ledger.problems(), [])
  }

  func testANameInUseIsRefused() throws {
    try cluster.makeStream(scope, "s")
    let (factory, group) = (try makeFactory(), try makeGroup("s"))
    _ = try makeReader(factory, group, "r")
    XCTAssertThrowsError(try makeReader(factory, group, "r")) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .illegalState)
    }
    XCTAssertThrowsError(try makeReader(factory, "nobody", "r")) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .readerGroupNotFound)
    }
  }

  func testSegmentsAreSharedEvenly() throws {
    try cluster.makeStream(scope, "s", segments: 6)
    let ledger = TestEventLedger()
    let (factory, group) = (try makeFactory(), try makeGroup("s"))
    let readers = try (0..<3).map { try makeReader(factory, group, "r\($0)") }
    let manager = try ReaderGroupManager.withScope(scope, config: config)
    defer { manager.close() }
    let handle = try manager.readerGroup(group)
    defer { handle.close() }
    let isEven = try eventually(within: Self.patience) {
      for reader in readers { _ = try reader.readNextEvent(timeout: .milliseconds(20)) }
      let counts = try handle.readerSegmentDistribution()
      return counts.unassignedSegments == 0
        && counts.readerSegmentDistribution.values.allSatisfy { $0 == 2 }
    }
    XCTAssertTrue(isEven)
    XCTAssertEqual(ledger.problems(), [])
  }
}
