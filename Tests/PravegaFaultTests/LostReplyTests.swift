// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// A store that does not answer one request of a reader group and answers all others: its connection
/// is alive, so that nothing but the request's own time tells.
final class LostReplyTests: FaultTestCase {
  /// Shorter than what a call may take in all.
  private static let goesOnWithin = Duration.seconds(15)

  /// Loses one answer of a kind while a reader reads; the next event comes all the same.
  private func checkReading(losing name: String) throws {
    try makeStream("s")
    let factory = try makeFactory()
    let writer = try factory.createEventWriter(stream: "s", serializer: UTF8StringSerializer())
    let reader = try factory.createReader(
      readerId: "r", readerGroup: try makeGroup("s"), serializer: UTF8StringSerializer())
    try writer.writeEvent("a").get(timeout: Self.patience)
    XCTAssertEqual(try next(reader), "a")
    plan.add(FaultRule(name, .drop))
    // The group is looked after while nothing is there to read.
    XCTAssertTrue(
      try eventually(within: Self.patience) {
        _ = try reader.readNextEvent(timeout: .milliseconds(20))
        return plan.injectedCount == 1
      }, "\(name) did not come about")
    try writer.writeEvent("b").get(timeout: Self.patience)
    XCTAssertEqual(try next(reader), "b", name)
    try reader.close()
    try writer.close()
  }

  private func next(_ reader: EventStreamReader<String>) throws -> String? {
    let end = Deadline.after(Self.goesOnWithin)
    while !end.hasPassed {
      if let event = try reader.readNextEvent(timeout: end.remaining).event { return event }
    }
    return nil
  }

  func testALostAnswerToAReportOfAReader() throws { try checkReading(losing: "AppendBlockEnd") }

  func testALostAnswerToAnUpdateOfTheGroup() throws {
    try checkReading(losing: "ConditionalAppend")
  }

  func testALostAnswerToAQuestionForTheGroupsState() throws {
    try checkReading(losing: "GetStreamSegmentInfo")
  }
}
