// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Readers of a group on an embedded server, over sockets.
final class GroupReaderTests: LeakCheckedTestCase {
  private func config(_ checkpointMillis: Int64 = -1) throws -> ReaderGroupConfig {
    try ReaderGroupConfig.builder().stream("scope/s")
      .automaticCheckpointIntervalMillis(checkpointMillis).groupRefreshTimeMillis(500).build()
  }

  private func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  /// Reads until so many events have come.
  private func events(_ count: Int, _ readers: [GroupReader]) throws -> [String] {
    var seen: [String] = []
    let deadline = Deadline.after(.seconds(30))
    while seen.count < count, !deadline.hasPassed {
      for reader in readers {
        _ = try reader.readNextBytes(until: .after(.milliseconds(200))) { seen.append(text($0)) }
      }
    }
    return seen
  }

  func testAReaderReadsWhatWasWrittenAndTheNextOneGoesOn() throws {
    let cluster = try LiveCluster(segments: 2)
    defer { cluster.close() }
    XCTAssertTrue(try cluster.groups.create("g", try config(), until: cluster.soon))
    try cluster.write((0..<10).map { "a\($0)" }, to: 0)
    try cluster.write((0..<10).map { "b\($0)" }, to: 1)
    let one = try cluster.groups.join("g", as: "r1", until: cluster.soon)
    let first = try events(7, [one])
    try one.close(until: cluster.soon)
    let two = try cluster.groups.join("g", as: "r2", until: cluster.soon)
    let rest = try events(13, [two])
    try cluster.write(["late"], to: 1)
    XCTAssertEqual(try events(1, [two]), ["late"])
    try two.close(until: cluster.soon)
    let all = first + rest
    XCTAssertEqual(all.filter { $0.hasPrefix("a") }, (0..<10).map { "a\($0)" })
    XCTAssertEqual(all.filter { $0.hasPrefix("b") }, (0..<10).map { "b\($0)" })
    let synchronizer = try cluster.groups.synchronizer(of: "g", until: cluster.soon)
    try synchronizer.fetchUpdates(until: cluster.soon)
    let state = try XCTUnwrap(synchronizer.snapshot?.state)
    XCTAssertTrue(state.assigned.isEmpty)
    XCTAssertEqual(state.unassigned.values.sorted(), [100, 112])
    synchronizer.segment.raw.close()
  }

  func testMistakesAreNamed() throws {
    let cluster = try LiveCluster()
    defer { cluster.close() }
    XCTAssertThrowsError(try cluster.groups.join("none", as: "r", until: cluster.soon)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .readerGroupNotFound)
    }
    XCTAssertTrue(try cluster.groups.create("g", try config(), until: cluster.soon))
    XCTAssertNoThrow(try cluster.groups.create("g", try config(), until: cluster.soon))
    XCTAssertThrowsError(try cluster.groups.create("g", try config(5), until: cluster.soon)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .configMismatch)
    }
    let reader = try cluster.groups.join("g", as: "r", until: cluster.soon)
    XCTAssertThrowsError(try cluster.groups.join("g", as: "r", until: cluster.soon)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .illegalState)
    }
    XCTAssertThrowsError(try cluster.groups.join("g", as: "r 1", until: cluster.soon)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .invalidArgument)
    }
    try reader.close(until: cluster.soon)
    try cluster.groups.delete("g", until: cluster.soon)
    XCTAssertThrowsError(try cluster.groups.join("g", as: "r", until: cluster.soon)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .readerGroupNotFound)
    }
  }

  func testTheStreamIsReadToItsEndThroughAScale() throws {
    let cluster = try LiveCluster()
    defer { cluster.close() }
    XCTAssertTrue(try cluster.groups.create("g", try config(1000), until: cluster.soon))
    try cluster.write(["old"])
    let halves = [KeyRange(low: 0, high: 0.5), KeyRange(low: 0.5, high: 1)]
    let scale = try XCTUnwrap(
      try cluster.controller.startScale(
        cluster.stream, sealing: [0], newRanges: halves, until: cluster.soon))
    while try !cluster.controller.checkScale(
      cluster.stream, epoch: scale.epoch, until: cluster.soon)
    {}
    try cluster.write(["new1"], to: 1, epoch: 1)
    try cluster.write(["new2"], to: 2, epoch: 1)
    try cluster.controller.sealStream(cluster.stream, until: cluster.soon)
    let reader = try cluster.groups.join("g", as: "r", until: cluster.soon)
    var seen: [String] = []
    var hasEnded = false
    while !hasEnded, !cluster.soon.hasPassed {
      let outcome = try reader.readNextBytes(until: .after(.seconds(2))) { seen.append(text($0)) }
      if case .endOfData = outcome { hasEnded = true }
    }
    XCTAssertTrue(hasEnded)
    XCTAssertEqual(seen.first, "old")
    XCTAssertEqual(Set(seen), ["old", "new1", "new2"])
    XCTAssertEqual(seen.count, 3)
    try reader.close(until: cluster.soon)
  }

  func testTwoReadersShareAndReadEveryEventOnce() throws {
    let cluster = try LiveCluster(segments: 4)
    defer { cluster.close() }
    XCTAssertTrue(try cluster.groups.create("g", try config(300), until: cluster.soon))
    for number in 0..<4 {
      try cluster.write((0..<20).map { "\(number)-\($0)" }, to: Int32(number))
    }
    let readers = try ["r1", "r2"].map {
      try cluster.groups.join("g", as: $0, until: cluster.soon)
    }
    let seen = try events(80, readers)
    XCTAssertEqual(seen.count, 80)
    XCTAssertEqual(Set(seen).count, 80)
    for reader in readers { try reader.close(until: cluster.soon) }
  }

  func testTruncatedEventsAreReportedAndSkipped() throws {
    let cluster = try LiveCluster()
    defer { cluster.close() }
    XCTAssertTrue(try cluster.groups.create("g", try config(), until: cluster.soon))
    try cluster.write(["a", "b", "c"])
    let cut = StreamCut.bounded(
      cluster.stream, positions: [Segment(cluster.stream, segmentID: 0): 18])
    try cluster.controller.truncateStream(cluster.stream, at: cut, until: cluster.soon)
    let reader = try cluster.groups.join("g", as: "r", until: cluster.soon)
    XCTAssertThrowsError(try events(1, [reader])) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .truncatedData)
    }
    XCTAssertEqual(try events(1, [reader]), ["c"])
    try reader.close(until: cluster.soon)
  }

  func testReadingGoesOnAfterTheServerWasAway() throws {
    let cluster = try LiveCluster(segments: 2)
    defer { cluster.close() }
    XCTAssertTrue(try cluster.groups.create("g", try config(200), until: cluster.soon))
    let reader = try cluster.groups.join("g", as: "r", until: cluster.soon)
    var expected: [String] = []
    var seen: [String] = []
    for round in 0..<4 {
      try cluster.write(["a\(round)"], to: 0)
      try cluster.write(["b\(round)"], to: 1)
      expected += ["a\(round)", "b\(round)"]
      if round == 2 {
        cluster.server.stopNetwork()
        // Whatever a call comes to while nobody answers, it comes back and loses nothing.
        for _ in 0..<3 {
          _ = try? reader.readNextBytes(until: .after(.milliseconds(100))) { seen.append(text($0)) }
        }
        try cluster.server.startNetwork()
      }
      seen += try events(expected.count - seen.count, [reader])
    }
    XCTAssertEqual(seen.sorted(), expected.sorted())
    try reader.close(until: cluster.soon)
  }
}
