// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore
@testable import PravegaStandalone

/// Stores that answer late, twice, wrongly or not at all while a group reads.
final class ReadFaultTests: FaultTestCase {
  /// Reads under the plan's faults and holds what came against what was written.
  private func checkReading(
    _ count: Int = 300, file: StaticString = #filePath, line: UInt = #line
  ) throws {
    try makeStream("s", segments: 3)
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 8, paddings: [0, 10, 2000, 30_000])
    plan.isEnabled = false
    let writing = try makeFactory()
    let writer = try writing.createEventWriter(stream: "s", serializer: TestEventSerializer())
    try ledger.write(count / 2, from: &generator, with: writer)
    let group = try makeGroup("s")
    plan.isEnabled = true
    let factory = try makeFactory()
    let reader = try factory.createReader(
      readerId: "r", readerGroup: group, serializer: TestEventSerializer())
    let isHalf = try ledger.read(with: reader) { ledger.readCount >= count / 2 }
    XCTAssertTrue(isHalf, "\(ledger.readCount) events", file: file, line: line)
    // The second half at the tail.
    for _ in 0..<5 {
      try ledger.write(count / 10, from: &generator, with: writer)
      let isThere = try ledger.read(with: reader) {
        ledger.readCount >= ledger.acknowledgedCount
      }
      XCTAssertTrue(isThere, "\(ledger.readCount) events", file: file, line: line)
    }
    XCTAssertEqual(ledger.problems(), [], file: file, line: line)
    XCTAssertGreaterThan(plan.injectedCount, 0, "no fault came about", file: file, line: line)
    plan.isEnabled = false
    try writer.close()
    try reader.close()
  }

  func testRepliesThatComeTwice() throws {
    plan.add(FaultRule("ReadSegment", repeats: true, .duplicate))
    try checkReading()
  }

  func testRepliesThatComeLate() throws {
    plan.add(FaultRule("ReadSegment", first: 2, repeats: true, .delay(.milliseconds(5))))
    try checkReading()
  }

  func testRepliesThatAreCutOff() throws {
    for n in 1...20 { plan.add(FaultRule("ReadSegment", first: n * 3, .cutReply(after: n * 37))) }
    try checkReading()
  }

  func testAStoreThatFallsSilent() throws {
    plan.add(FaultRule("ReadSegment", first: 2, .hang))
    plan.add(FaultRule("ReadSegment", first: 9, .hang))
    try checkReading()
  }

  func testAStoreThatDoesNotOwnTheSegment() throws {
    plan.add(FaultRule("ReadSegment", first: 1, .wrongHost))
    plan.add(FaultRule("ReadSegment", first: 6, .wrongHost))
    try checkReading()
  }

  func testATokenThatExpires() throws {
    plan.add(FaultRule("ReadSegment", first: 2, .expiredToken))
    plan.add(FaultRule("ReadSegment", first: 7, .expiredToken))
    try checkReading()
  }

  func testSegmentsThatAreSealedWhileTheyAreRead() throws {
    plan.add(FaultRule("ReadSegment", first: 2, .seal))
    plan.add(FaultRule("ReadSegment", first: 10, .seal))
    try checkReading()
  }

  func testAnswersThatAreNotTheProtocol() throws {
    plan.add(FaultRule("ReadSegment", first: 3, .answer(Array("HTTP/1.1 400 Bad\r\n\r\n".utf8))))
    plan.add(FaultRule("ReadSegment", first: 7, .answer([0, 0, 0, 10, 0, 0, 0, 2, 0, 90])))
    try checkReading()
  }

  /// The group's state is read and written under faults, too.
  func testUpdatesOfTheGroupThatMeetFaults() throws {
    for n in 1...10 {
      plan.add(FaultRule("ConditionalBlockEnd", first: n * 2, .cutReply(after: n * 7)))
      plan.add(FaultRule("ConditionalAppend", first: n * 2, .cutReply(after: n * 7)))
      plan.add(FaultRule("UpdateSegmentAttribute", first: n * 3, .cut))
    }
    plan.add(FaultRule("GetSegmentAttribute", first: 2, .hang))
    plan.add(FaultRule("SetupAppend", first: 2, .wrongHost))
    plan.add(FaultRule("ReadSegment", first: 5, repeats: true, .delay(.milliseconds(1))))
    try checkReading()
  }
}
