// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore
@testable import PravegaStandalone

/// Reads that a store never answers on a connection that is alive otherwise.
final class LostReadTests: FaultTestCase {
  private static func beImpatient(_ settings: inout EngineSettings) {
    settings.readPatience = .milliseconds(100)
  }

  /// Reads what is written while the faults of the plan are on.
  private func check(_ rule: FaultRule, count: Int = 50) throws {
    try makeStream("s", segments: 2)
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 4, paddings: [0, 3000])
    let group = try makeGroup("s")
    let factory = try makeFactory(tune: Self.beImpatient)
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    let reader = try factory.createReader(
      readerId: "r", readerGroup: group, serializer: TestEventSerializer())
    plan.add(rule)
    try ledger.write(count, from: &generator, with: writer)
    let isThere = try ledger.read(with: reader, within: .seconds(15)) {
      ledger.readCount >= count && plan.injectedCount > 0
    }
    XCTAssertTrue(isThere, "\(ledger.readCount) events, \(plan.injectedCounts)")
    XCTAssertEqual(ledger.problems(), [])
    plan.isEnabled = false
    try writer.close()
    try reader.close()
  }

  /// The store's answers to a client's first reads, of its group's state, are its business.
  private var first: Int { 1 }

  func testAReadThatIsLostIsAskedAgain() throws {
    try check(FaultRule("ReadSegment", first: first, .drop))
  }

  func testManyLostReads() throws {
    let rule = FaultRule("ReadSegment", first: first, .drop)
    for number in 2...4 { plan.add(FaultRule("ReadSegment", first: number, .drop)) }
    try check(rule)
  }

  /// Answers that come after the question was asked again are not read twice.
  func testAnswersThatComeTooLateAreDropped() throws {
    plan.add(FaultRule("ReadSegment", first: first, .delay(.milliseconds(350))))
    try check(FaultRule("ReadSegment", first: 3, .delay(.milliseconds(350))))
  }

  /// A read at the end of a segment is no lost one: nothing piles up at the store.
  func testAReadAtTheTailIsNotAskedAgain() throws {
    try makeStream("s")
    let group = try makeGroup("s")
    let factory = try makeFactory(tune: Self.beImpatient)
    let reader = try factory.createReader(
      readerId: "r", readerGroup: group, serializer: TestEventSerializer())
    let asked = Monitor(0)
    let looks = Monitor(0)
    let segment = Segment(scope: scope, stream: "s", segmentID: 0).qualifiedName
    plan.add(
      FaultRule(
        "ReadSegment", repeats: true,
        .perform { occasion in
          if occasion.segment == segment { asked.withLock { $0 += 1 } }
        }))
    plan.add(
      FaultRule(
        "GetStreamSegmentInfo", repeats: true,
        .perform { occasion in
          if occasion.segment == segment { looks.withLock { $0 += 1 } }
        }))
    let deadline = Deadline.after(.seconds(10))
    while looks.withLock({ $0 }) < 3, !deadline.hasPassed {
      XCTAssertNil(try reader.readNextEvent(timeout: .milliseconds(50)).event)
    }
    XCTAssertGreaterThanOrEqual(looks.withLock { $0 }, 3)
    XCTAssertEqual(asked.withLock { $0 }, 1)
    try reader.close()
  }
}
