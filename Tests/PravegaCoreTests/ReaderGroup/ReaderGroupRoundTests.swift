// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import PravegaThreads
import XCTest

/// A reader without threads: rounds, and where it stands between them.
private struct Reader {
  let group: FakeGroup
  let member: ReaderGroupMember
  var request: ReaderGroupRound.Request

  init(_ group: FakeGroup, _ name: String) throws {
    self.group = group
    member = group.member(name)
    request = ReaderGroupRound.Request(timers: try member.join(until: group.soon))
  }

  /// Runs a round and does what it says.
  @discardableResult
  mutating func round() throws -> ReaderGroupRound.Outcome {
    var round = ReaderGroupRound(member, request, until: group.soon)
    let outcome = try round.run()
    request.timers = outcome.timers
    request.returnedCheckpoint = outcome.checkpoint
    let known = request.position
    request.position = outcome.owned.filter { known[$0.key] == nil }
    for (segment, offset) in known where outcome.owned[segment] != nil {
      request.position[segment] = offset
    }
    request.finished = request.finished.filter { outcome.owned[$0.key] != nil }
    return outcome
  }
}

final class ReaderGroupRoundTests: LeakCheckedTestCase {
  func testAReaderTakesAllSegmentsAndReportsHowFarItIs() throws {
    let group = FakeGroup()
    try group.begin(segments: 3)
    var one = try Reader(group, "r1")
    let outcome = try one.round()
    XCTAssertEqual(outcome.owned.count, 3)
    XCTAssertEqual(try group.current().assigned["r1"], outcome.owned)
    XCTAssertEqual(try group.current().distances["r1"], ReaderGroupState.minDistance)
    XCTAssertNotNil(outcome.groupPosition)
  }

  func testAReaderJoinsOnce() throws {
    let group = FakeGroup()
    try group.begin(segments: 1)
    _ = try Reader(group, "r1")
    XCTAssertThrowsError(try Reader(group, "r1")) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .illegalState)
      XCTAssertTrue("\($0)".contains("reader 'r1' is already in reader group 'scope/g'."))
    }
  }

  func testNothingIsDueBeforeTheTimers() throws {
    let group = FakeGroup()
    try group.begin(segments: 1)
    var one = try Reader(group, "r1")
    let outcome = try one.round()
    let due = group.member("x").clock().advanced(by: .seconds(1))
    XCTAssertEqual(outcome.next, due, "the first checkpoint of the group's own")
    one.request.hasRead = true
    let writes = group.state.calls("conditionalAppend")
    let reads = group.state.calls("info")
    try one.round()
    XCTAssertEqual(group.state.calls("conditionalAppend"), writes)
    XCTAssertEqual(group.state.calls("info"), reads)
  }

  func testAnAutomaticCheckpointIsBegunReturnedAndPassed() throws {
    let group = FakeGroup()
    try group.begin(segments: 2) {
      _ in
      []
    } config: {
      $0.automaticCheckpointIntervalMillis(5000)
        .retentionType(.automaticReleaseAtLastCheckpoint)
    }
    var one = try Reader(group, "r1")
    try one.round()
    one.request.position[group.segment(0)] = 17
    group.advance(.seconds(2))
    let name = try XCTUnwrap(try one.round().checkpoint)
    XCTAssertEqual(try group.current().checkpoints.names, [name])
    XCTAssertFalse(try group.current().checkpoints.isComplete(name))
    XCTAssertNil(try one.round().checkpoint)
    let state = try group.current()
    XCTAssertTrue(state.checkpoints.isComplete(name))
    XCTAssertEqual(
      state.checkpoints.lastPositions, [group.segment(0): 17, group.segment(1): 0])
    XCTAssertTrue(state.checkpoints.isLastPublished)
    let published = group.streams.contents.withLock { $0.published }
    XCTAssertEqual(published.values.first?.description, "scope/s:0=17, 1=0")
    group.advance(.seconds(4))
    XCTAssertNil(try one.round().checkpoint)
    group.advance(.seconds(2))
    XCTAssertNotNil(try one.round().checkpoint)
  }

  /// Where each update takes longer than the group's interval, the next checkpoint is always due.
  func testACheckpointThatHasPassedIsNotFollowedByAnotherAtOnce() throws {
    let group = FakeGroup()
    try group.begin(segments: 2) { _ in
      []
    } config: {
      $0.automaticCheckpointIntervalMillis(100)
    }
    var one = try Reader(group, "r1")
    for _ in 0..<5 {
      group.advance(.seconds(60))
      XCTAssertNotNil(try one.round().checkpoint)
      group.advance(.seconds(60))
      let outcome = try one.round()
      XCTAssertNil(outcome.checkpoint)
      XCTAssertEqual(outcome.owned.count, 2)
    }
  }

  func testWithoutAutomaticCheckpointsNoneIsBegun() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      []
    } config: {
      $0.disableAutomaticCheckpoints()
    }
    var one = try Reader(group, "r1")
    for _ in 0..<50 {
      XCTAssertNil(try one.round().checkpoint)
      group.advance(.seconds(10))
    }
  }

  func testASilentCheckpointIsPassedWithoutTheUser() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      []
    } config: {
      $0.disableAutomaticCheckpoints()
    }
    var one = try Reader(group, "r1")
    try one.round()
    one.request.position[group.segment(0)] = 99
    let other = group.synchronizer()
    try other.fetchUpdates(until: group.soon)
    try other.updateStateUnconditionally([.createCheckpoint("x_SILENT_")], until: group.soon)
    group.advance(.seconds(4))
    XCTAssertNil(try one.round().checkpoint)
    let state = try group.current()
    XCTAssertEqual(state.checkpoints.positions["x_SILENT_"], [group.segment(0): 99])
    XCTAssertEqual(state.assigned["r1"], [group.segment(0): 0], "it moves no offset")
    XCTAssertNil(state.checkpoints.lastPositions)
  }

  func testASecondReaderGetsItsShareOneSegmentPerCheckpoint() throws {
    let group = FakeGroup()
    try group.begin(segments: 4) {
      _ in
      []
    } config: {
      $0.automaticCheckpointIntervalMillis(1000)
    }
    var one = try Reader(group, "r1")
    try one.round()
    var two = try Reader(group, "r2")
    var released: [Segment] = []
    for _ in 0..<20 {
      group.advance(.seconds(4))
      for _ in 0..<2 {
        released += try one.round().released
        one.request.hasRead = true
        try two.round()
      }
    }
    let state = try group.current()
    XCTAssertEqual(state.assigned["r1"]?.count, 2)
    XCTAssertEqual(state.assigned["r2"]?.count, 2)
    XCTAssertEqual(Set(released), Set(state.assigned["r2"]?.keys.map { $0 } ?? []))
  }

  func testAFinishedSegmentIsCompletedOnlyAfterACheckpoint() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) {
      _ in
      []
    } config: {
      $0.automaticCheckpointIntervalMillis(30_000)
    }
    let old = group.segment(0)
    let new = [group.segment(1, epoch: 1), group.segment(2, epoch: 1)]
    group.streams.contents.withLock {
      $0.successors[old] = [
        .init(SegmentWithRange(new[0], KeyRange(low: 0, high: 0.5)), predecessorIDs: [0]),
        .init(SegmentWithRange(new[1], KeyRange(low: 0.5, high: 1)), predecessorIDs: [0]),
      ]
    }
    var one = try Reader(group, "r1")
    try one.round()
    one.request.position[old] = -1
    one.request.finished[old] = -1
    XCTAssertEqual(try one.round().released, [])
    group.advance(.seconds(2))
    XCTAssertNotNil(try one.round().checkpoint)
    let outcome = try one.round()
    XCTAssertEqual(outcome.released, [old])
    XCTAssertEqual(outcome.owned, [new[0]: 0, new[1]: 0])
    XCTAssertEqual(outcome.ranges[new[1]], KeyRange(low: 0.5, high: 1))
    XCTAssertEqual(try group.current().checkpoints.lastPositions, [old: -1])
  }

  func testASegmentWithAConfiguredEndHasNoSuccessors() throws {
    let group = FakeGroup()
    let old = group.segment(0)
    let stream = old.pravegaStream
    try group.begin(segments: 1) {
      _ in
      []
    } config: {
      $0.stream(stream, to: .bounded(stream, positions: [old: 30]))
        .automaticCheckpointIntervalMillis(1000)
    }
    group.streams.contents.withLock {
      let next = SegmentWithRange(group.segment(1, epoch: 1), .full)
      $0.successors[old] = [.init(next, predecessorIDs: [0])]
    }
    var one = try Reader(group, "r1")
    XCTAssertEqual(try one.round().ends, [old: 30])
    one.request.position[old] = 30
    one.request.finished[old] = 30
    group.advance(.seconds(2))
    XCTAssertNotNil(try one.round().checkpoint)
    XCTAssertTrue(try one.round().isEndOfData)
  }

  func testAReaderThatWasDeclaredOfflineIsTold() throws {
    let group = FakeGroup()
    try group.begin(segments: 1)
    var one = try Reader(group, "r1")
    try one.round()
    try ReaderGroupMember.leave(
      "r1", at: [group.segment(0): 5], group.synchronizer(), until: group.soon)
    group.advance(.seconds(4))
    XCTAssertThrowsError(try one.round()) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .readerNotInReaderGroup)
      XCTAssertEqual(($0 as? PravegaError)?.details, .reader("r1"))
    }
    XCTAssertEqual(try group.current().unassigned, [group.segment(0): 5])
  }

  func testAnUpdateWhoseAnswerWasLostIsNotMadeTwice() throws {
    let group = FakeGroup()
    try group.begin(segments: 2)
    var one = try Reader(group, "r1")
    let lost = PravegaError(.connectionFailed, "lost", retry: .outcomeUnknown)
    group.state.failNext("conditionalAppend", lost, afterwards: true)
    XCTAssertThrowsError(try one.round())
    XCTAssertEqual(try group.current().assigned["r1"]?.count, 2)
    XCTAssertEqual(try one.round().owned.count, 2)
    group.advance(.seconds(2))
    let name = try XCTUnwrap(try one.round().checkpoint)
    group.state.failNext("conditionalAppend", lost, afterwards: true)
    XCTAssertThrowsError(try one.round())
    XCTAssertNil(try one.round().checkpoint)
    XCTAssertEqual(try group.current().checkpoints.names, [name])
  }

  func testAReaderBringsInTheConfigurationOfAReset() throws {
    let group = FakeGroup()
    try group.begin(segments: 1)
    var one = try Reader(group, "r1")
    try one.round()
    group.streams.add(Segment(scope: "scope", stream: "t", number: 0))
    let config = try ReaderGroupConfig.builder().stream("scope/t").build()
      .with(id: UniqueID(high: 1, low: 2), generation: 3)
    group.streams.contents.withLock { $0.config = config }
    let other = group.synchronizer()
    try other.fetchUpdates(until: group.soon)
    try other.updateStateUnconditionally([.updatingConfig(true)], until: group.soon)
    group.advance(.seconds(11))
    XCTAssertThrowsError(try one.round()) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .readerNotInReaderGroup)
    }
    let state = try group.current()
    XCTAssertEqual(state.config.generation, 3)
    XCTAssertFalse(state.isUpdatingConfig)
    XCTAssertEqual(state.unassigned.keys.map(\.stream), ["t"])
  }

  func testAStateThatHasGrownIsCompactedByOneOfTwentyFetches() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      []
    } config: {
      $0.disableAutomaticCheckpoints()
    }
    var one = try Reader(group, "r1")
    try one.round()
    let long = String(repeating: "x", count: 50_000)
    let other = group.synchronizer()
    for number in 0..<12 {
      try other.updateStateUnconditionally(
        [.createCheckpoint("\(number)\(long)")], until: group.soon)
      try other.updateStateUnconditionally(
        [.clearCheckpointsBefore("\(number)\(long)"), .removeOutstandingCheckpoints],
        until: group.soon)
    }
    let mark = { group.state.contents.withLock { $0.attributes[RevisionedSegment.markAttribute] } }
    group.advance(.seconds(4))
    try one.round()
    XCTAssertNil(mark(), "chance was 0.5")
    var lucky = one.member
    lucky.chance = { 0.01 }
    group.advance(.seconds(4))
    var round = ReaderGroupRound(lucky, one.request, until: group.soon)
    _ = try round.run()
    XCTAssertNotNil(mark())
    XCTAssertEqual(try group.current().assigned["r1"], [group.segment(0): 0])
  }
}
