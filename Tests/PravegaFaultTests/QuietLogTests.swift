// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// A store that moves, segments that are scaled and sealed while a group reads: normal operation,
/// which has lines at `info` and no warning.
final class QuietLogTests: FaultTestCase {
  /// What the documentation promises at `info`.
  private static let promised: Set<String> = [
    "a segment moved to another store", "a segment was sealed",
    "a segment's successors took over", "a token expired and is renewed",
  ]

  private final class Lines: LogSink {
    let level = LogLevel.info
    private let lines = Monitor<[(level: LogLevel, text: String)]>([])

    var all: [(level: LogLevel, text: String)] { lines.withLock { $0 } }

    func log(_ level: LogLevel, _ message: String, metadata: [(String, String)]) {
      lines.withLock { $0.append((level, message)) }
    }
  }

  private let lines = Lines()
  private let ledger = TestEventLedger()
  private var generator = TestEventGenerator("k", keys: 10, paddings: [0, 300])

  /// Writes and reads with two readers of a group, and lets `event` happen between rounds.
  private func run(
    rounds: Int, _ event: (_ round: Int, EventStreamWriter<TestEvent>) throws -> Void
  ) throws {
    try makeStream("s", segments: 2)
    var config = try cluster.clientConfig
    config.logSink = lines
    // A busy machine is no doubt.
    let client = try Client(config) { $0.repair.longestDoubt = Self.patience }
    addTeardownBlock { client.close() }
    let factory = EventStreamClientFactory(scope: scope, client: client)
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    let group = try makeGroup("s")
    let readers = try (0..<2).map {
      try factory.createReader(
        readerId: "r\($0)", readerGroup: group, serializer: TestEventSerializer())
    }
    for round in 0..<rounds {
      try ledger.write(30, from: &generator, with: writer)
      try event(round, writer)
      let end = ledger.acknowledgedCount
      let deadline = Deadline.after(Self.patience)
      while ledger.readCount < end, !deadline.hasPassed {
        for reader in readers {
          let event = try reader.readNextEvent(timeout: .milliseconds(5)).event
          if let event { ledger.read(event) }
        }
      }
      XCTAssertEqual(ledger.readCount, end, "round \(round)")
    }
    for reader in readers { try reader.close() }
    try writer.close()
    XCTAssertEqual(ledger.problems(), [])
  }

  /// - Parameter expected: each of them is there.
  private func assertQuiet(
    _ expected: Set<String>, file: StaticString = #filePath, line: UInt = #line
  ) {
    for said in lines.all {
      XCTAssertEqual(said.level, .info, said.text, file: file, line: line)
      XCTAssertTrue(Self.promised.contains(said.text), said.text, file: file, line: line)
    }
    XCTAssertTrue(
      Set(lines.all.map(\.text)).isSuperset(of: expected), "\(lines.all)", file: file, line: line)
  }

  func testScalesWhileAGroupReads() throws {
    try run(rounds: 6) { round, _ in
      try cluster.scale(scope, "s", to: [3, 2, 4, 2, 3, 2][round])
    }
    assertQuiet(["a segment was sealed", "a segment's successors took over"])
  }

  func testAStreamThatIsSealedWhileAGroupReads() throws {
    try run(rounds: 3) { round, _ in
      guard round == 2 else { return }
      try cluster.administer { _ = try $0.sealStream(scope: scope, stream: "s") }
    }
    assertQuiet([])
  }

  func testAStoreThatHandsItsSegmentsOver() throws {
    let store = try MovingStore(try server, plan, otherPlan: FaultPlan())
    addTeardownBlock { store.close() }
    try run(rounds: 3) { round, writer in
      if round == 1 { try store.handOver() }
    }
    XCTAssertEqual(store.moveCount, 1)
    assertQuiet(["a segment moved to another store"])
  }

  func testAStoreThatMovesWhileAGroupReads() throws {
    let store = try MovingStore(try server, plan)
    addTeardownBlock { store.close() }
    try run(rounds: 8) { round, _ in
      if round % 2 == 0 { try store.move() }
    }
    XCTAssertEqual(store.moveCount, 4)
    assertQuiet(["a segment moved to another store"])
  }
}
