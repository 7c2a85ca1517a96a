// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// State on a real segment store, through connections that break.
final class StoreSegmentTests: LeakCheckedTestCase {
  private func withCluster(
    _ faults: String? = nil, _ body: (LiveCluster, StoreSegment) throws -> Void
  ) throws {
    let cluster = try LiveCluster(faults: try faults.map { try FaultPlan($0) })
    defer { cluster.close() }
    let segment = StoreSegment(
      cluster.core, segment: Segment(cluster.stream, segmentID: 0))
    defer { segment.close() }
    try body(cluster, segment)
  }

  func testAppendsReadsAttributesAndTruncation() throws {
    try withCluster { cluster, raw in
      let segment = RevisionedSegment(raw)
      let soon = cluster.soon
      XCTAssertEqual(try segment.write([1, 2], ifWriteOffsetIs: 0, until: soon), 10)
      XCTAssertNil(try segment.write([9], ifWriteOffsetIs: 0, until: soon))
      try segment.write([3], until: soon)
      XCTAssertEqual(try segment.writeOffset(until: soon), 19)
      XCTAssertNil(try segment.mark(until: soon))
      XCTAssertTrue(try segment.setMark(from: nil, to: 10, until: soon))
      XCTAssertFalse(try segment.setMark(from: 7, to: 12, until: soon))
      XCTAssertEqual(try segment.mark(until: soon), 10)
      try segment.truncate(before: 10, until: soon)
      try segment.truncate(before: 10, until: soon)
      var payloads: [[UInt8]] = []
      try segment.forEachEntry(from: 10, until: soon) { entry in
        payloads.append(entry.payload)
        return true
      }
      XCTAssertEqual(payloads, [[3]])
      XCTAssertThrowsError(try segment.forEachEntry(from: 0, until: soon) { _ in true }) {
        XCTAssertEqual(($0 as? PravegaError)?.code, .segmentTruncated)
      }
    }
  }

  func testAMissingSegmentIsNamed() throws {
    let cluster = try LiveCluster()
    defer { cluster.close() }
    let raw = StoreSegment(cluster.core, segment: Segment(cluster.stream, segmentID: 77))
    XCTAssertThrowsError(try raw.info(until: cluster.soon)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .noSuchSegment)
    }
    XCTAssertThrowsError(try raw.append([0, 0, 0, 0, 0, 0, 0, 0], until: cluster.soon)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .noSuchSegment)
    }
  }

  /// The connection breaks before, in and after the answer: the append is stored once.
  func testAppendsWhoseAnswersAreLostAreStoredOnce() throws {
    let plans = [
      "ConditionalAppend@2:cut", "ConditionalAppend@2:cut=10", "ConditionalAppend@2:wronghost",
      "SetupAppend@1:cut", "AppendBlockEnd@1:cut=3",
    ]
    for plan in plans {
      try withCluster(plan) { cluster, raw in
        let segment = RevisionedSegment(raw)
        XCTAssertEqual(try segment.write([1], ifWriteOffsetIs: 0, until: cluster.soon), 9, plan)
        XCTAssertEqual(try segment.write([2], ifWriteOffsetIs: 9, until: cluster.soon), 18, plan)
        try segment.write([3], until: cluster.soon)
        XCTAssertEqual(try segment.writeOffset(until: cluster.soon), 27, plan)
      }
    }
  }

  func testTwoSynchronizersShareAStateOverTheNetwork() throws {
    try withCluster { cluster, raw in
      let one = StateSynchronizer(TextCodec(), on: RevisionedSegment(raw))
      let other = StoreSegment(cluster.core, segment: raw.segment)
      defer { other.close() }
      let two = StateSynchronizer(TextCodec(), on: RevisionedSegment(other))
      try one.initialize("I", until: cluster.soon)
      try two.initialize("X", until: cluster.soon)
      for number in 0..<5 {
        try one.updateState(until: cluster.soon) { _ in (["a\(number)"], ()) }
        try two.updateState(until: cluster.soon) { _ in (["b\(number)"], ()) }
        try one.compact(until: cluster.soon) { $0 }
      }
      try one.fetchUpdates(until: cluster.soon)
      try two.fetchUpdates(until: cluster.soon)
      XCTAssertEqual(one.snapshot?.state, "Ia0b0a1b1a2b2a3b3a4b4")
      XCTAssertEqual(two.snapshot?.state, one.snapshot?.state)
    }
  }

  func testCloseEndsAnAppendThatHangs() throws {
    try withCluster("ConditionalAppend@1:hang") { cluster, raw in
      let hasFailed = Promise<Bool>()
      let worker = Worker.start(name: "test-append") { [soon = cluster.soon] in
        do {
          _ = try raw.append([UInt8](repeating: 0, count: 8), ifWriteOffsetIs: 0, until: soon)
          hasFailed.succeed(false)
        } catch {
          hasFailed.succeed(true)
        }
      }
      raw.close()
      XCTAssertTrue(worker.join(until: .after(.seconds(5))))
      XCTAssertTrue(try hasFailed.future.get(until: cluster.soon))
    }
  }
}
