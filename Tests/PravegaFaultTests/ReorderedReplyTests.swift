// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// Replies that come in another order than they were given, as they do between connections, and
/// replies that come twice, for everything that a client asks of a store.
final class ReorderedReplyTests: FaultTestCase {
  /// Replies on every second connection come late, whatever they answer.
  private func delayEverySecondConnection() {
    for connection in stride(from: 1, through: 60, by: 2) {
      let delay = FaultAction.delay(.milliseconds(5 + connection % 7 * 10))
      plan.add(FaultRule("*", connection: connection, repeats: true, delay))
    }
  }

  private func tune(_ settings: inout EngineSettings) {
    Self.beQuick(&settings)
    settings.maxConnectionsPerSegmentStore = 4
    settings.readerTimeUnit = .milliseconds(20)
  }

  /// Writes over scales and reads in two readers at the same time.
  private func use(_ stream: String, events: Int) throws {
    try makeStream(stream, segments: 4)
    let group = try makeGroup(stream)
    let factory = try makeFactory(tune: tune)
    let ledger = TestEventLedger()
    let total = 2 * events
    try inParallel(4) { number in
      if number < 2 {
        var generator = TestEventGenerator("w\(number)", keys: 9, paddings: [0, 700])
        let writer = try factory.createEventWriter(
          stream: stream, serializer: TestEventSerializer())
        for _ in 0..<events / 20 { try ledger.write(20, from: &generator, with: writer) }
        return try writer.close()
      }
      let reader = try factory.createReader(
        readerId: "r\(number)", readerGroup: group, serializer: TestEventSerializer())
      let isDone = try ledger.read(with: reader) { ledger.readCount >= total }
      XCTAssertTrue(isDone, "\(ledger.readCount) of \(total) events")
      try reader.close()
    }
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertEqual(ledger.acknowledgedCount, total)
    XCTAssertGreaterThan(plan.injectedCount, 20)
  }

  func testRepliesThatOvertakeEachOtherBetweenConnections() throws {
    delayEverySecondConnection()
    try addSeals(of: "s", at: [5, 10, 30])
    try use("s", events: 200)
  }

  /// A connection is lost while its late replies are under way on it: they mean nothing any more.
  func testLateRepliesOfConnectionsThatAreLost() throws {
    delayEverySecondConnection()
    for number in 1...10 {
      plan.add(FaultRule("AppendBlockEnd", first: number * 6, .cut))
      plan.add(FaultRule("ReadSegment", first: number * 6, .cut))
    }
    try use("s", events: 200)
  }

  func testRepliesOfEveryKindThatComeTwice() throws {
    let names = [
      "AppendBlockEnd", "ReadSegment", "ConditionalAppend", "ConditionalBlockEnd",
      "GetSegmentAttribute", "UpdateSegmentAttribute", "GetStreamSegmentInfo", "TruncateSegment",
    ]
    for name in names { plan.add(FaultRule(name, repeats: true, .duplicate)) }
    for number in 1...5 { plan.add(FaultRule("SetupAppend", first: number * 2, .duplicate)) }
    try addSeals(of: "s", at: [5, 10])
    try use("s", events: 200)
  }

  /// The most a network can do between two connections that follow each other.
  func testRepliesThatComeTwiceAndLateOnConnectionsThatAreCut() throws {
    delayEverySecondConnection()
    for number in 1...30 {
      plan.add(FaultRule("AppendBlockEnd", first: number * 3, .duplicate))
      plan.add(FaultRule("AppendBlockEnd", first: number * 7, .cutReply(after: number * 3)))
      plan.add(
        FaultRule("ConditionalBlockEnd", first: number * 4, .duplicate, .cutReply(after: 60)))
      plan.add(FaultRule("ReadSegment", first: number * 5, .duplicate))
    }
    try use("s", events: 200)
  }
}
