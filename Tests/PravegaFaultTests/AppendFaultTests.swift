// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore
@testable import PravegaStandalone

/// Stores that answer late, twice, wrongly or not at all while events are written.
final class AppendFaultTests: FaultTestCase {
  /// Writes under the plan's faults and holds what is stored against what was acknowledged.
  private func checkWriting(
    _ rounds: Int = 10, _ perRound: Int = 20, segments: Int32 = 2, file: StaticString = #filePath,
    line: UInt = #line
  ) throws {
    try makeStream("s", segments: segments)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 8, paddings: [0, 10, 2000])
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    for _ in 0..<rounds { try ledger.write(perRound, from: &generator, with: writer) }
    try writer.close()
    try readBack("s", into: ledger)
    XCTAssertEqual(ledger.problems(), [], file: file, line: line)
    XCTAssertEqual(ledger.acknowledgedCount, rounds * perRound, file: file, line: line)
    XCTAssertGreaterThan(plan.injectedCount, 0, "no fault came about", file: file, line: line)
  }

  func testAcknowledgementsThatComeTwice() throws {
    plan.add(FaultRule("AppendBlockEnd", repeats: true, .duplicate))
    try checkWriting()
  }

  func testAcknowledgementsThatComeLate() throws {
    plan.add(FaultRule("AppendBlockEnd", first: 2, repeats: true, .delay(.milliseconds(15))))
    try checkWriting(5)
  }

  func testAnAcknowledgementThatNeverComes() throws {
    plan.add(FaultRule("AppendBlockEnd", first: 3, .drop))
    try checkWriting()
  }

  func testAStoreThatFallsSilent() throws {
    plan.add(FaultRule("AppendBlockEnd", first: 3, .hang))
    plan.add(FaultRule("SetupAppend", first: 3, .hang))
    try checkWriting()
  }

  func testAStoreThatAcceptsAndNeverSaysHello() throws {
    plan.add(FaultRule("Hello", first: 1, .hang))
    try checkWriting()
  }

  func testAnAppendSetupThatComesTwiceIsDistrusted() throws {
    plan.add(FaultRule("SetupAppend", first: 1, .duplicate))
    try checkWriting()
  }

  func testAnAppendSetupThatComesLate() throws {
    plan.add(FaultRule("SetupAppend", first: 1, .delay(.milliseconds(100))))
    try checkWriting(3)
  }

  func testAStoreThatDoesNotOwnTheSegment() throws {
    plan.add(FaultRule("SetupAppend", first: 1, .wrongHost))
    plan.add(FaultRule("AppendBlockEnd", first: 4, .wrongHost))
    try checkWriting()
  }

  func testASegmentThatIsSealedInMidAppend() throws {
    plan.add(FaultRule("AppendBlockEnd", first: 3, .seal))
    plan.add(FaultRule("AppendBlockEnd", first: 9, .seal))
    plan.add(FaultRule("SetupAppend", first: 2, .seal))
    try checkWriting()
  }

  func testASealWhoseReplyIsLost() throws {
    plan.add(FaultRule("AppendBlockEnd", first: 5, .seal, .cutReply(after: 3)))
    try checkWriting()
  }

  func testATokenThatExpires() throws {
    plan.add(FaultRule("AppendBlockEnd", first: 3, .expiredToken))
    plan.add(FaultRule("SetupAppend", first: 2, .expiredToken))
    try checkWriting()
  }

  func testAnAddressThatIsOutOfDate() throws {
    let nobody = try unusedAddress()
    plan.add(FaultRule("getURI", first: 1, .moved(nobody)))
    plan.add(FaultRule("AppendBlockEnd", first: 4, .cut))
    plan.add(FaultRule("getURI", first: 4, .moved(nobody)))
    try checkWriting()
  }

  func testAControllerThatFailsWhileASegmentIsReplaced() throws {
    plan.add(FaultRule("AppendBlockEnd", first: 3, .seal))
    plan.add(FaultRule("getSegmentsImmediatelyFollowing", first: 1, .status(14)))
    plan.add(FaultRule("getSegmentsImmediatelyFollowing", first: 2, .cut))
    try checkWriting()
  }

  func testAnswersThatAreNotTheProtocol() throws {
    plan.add(FaultRule("AppendBlockEnd", first: 3, .answer(Array("HTTP/1.1 400 Bad\r\n\r\n".utf8))))
    plan.add(FaultRule("SetupAppend", first: 3, .answer([0, 0, 0, 2, 0, 0, 0, 1, 7])))
    // DataAppended without its fields.
    plan.add(FaultRule("AppendBlockEnd", first: 9, .answer([0, 0, 0, 7, 0, 0, 0, 2, 0, 1])))
    try checkWriting()
  }

  /// The address of a port that nobody listens at.
  private func unusedAddress() throws -> String {
    let other = try StandaloneServer.start()
    defer { other.close() }
    return other.storeEndpoint
  }
}
