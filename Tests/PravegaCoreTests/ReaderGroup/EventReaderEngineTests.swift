// SPDX-License-Identifier: Apache-2.0

import Dispatch
import PravegaCore
import PravegaTestKit
import PravegaThreads
import XCTest

final class EventReaderEngineTests: LeakCheckedTestCase {
  private typealias Engine = EventReaderEngine<FakeStreams>

  private func read(
    _ engine: EventReaderEngine<FakeStreams>, _ timeout: Duration = .seconds(10)
  ) throws -> PravegaCore.ReadOutcome<String> {
    try engine.readNext(until: .after(timeout)) { String(decoding: $0, as: UTF8.self) }
  }

  /// What one call says, for comparison.
  private func text(_ outcome: PravegaCore.ReadOutcome<String>) -> String {
    switch outcome {
    case .event(let event, let position, let pointer):
      XCTAssertEqual(
        position.offsets[pointer.segment], pointer.startOffset + Int64(pointer.length))
      return event
    case .checkpoint: return "<checkpoint>"
    case .timeout: return "<timeout>"
    case .endOfData: return "<end>"
    }
  }

  private func quiet(_ builder: ReaderGroupConfig.Builder) -> ReaderGroupConfig.Builder {
    builder.disableAutomaticCheckpoints()
  }

  func testEventsComeInOrderWithPointersAndPositions() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      ["a", "bb", ""]
    } config: {
      quiet($0)
    }
    let engine = try group.engine("r1")
    guard case .event("a", let first, let pointer) = try read(engine) else { return XCTFail() }
    XCTAssertEqual(pointer.description, "scope/s/0.#epoch.0:0-9")
    guard case .event("bb", let second, _) = try read(engine) else { return XCTFail() }
    XCTAssertEqual(first.offsets, [group.segment(0): 9], "a position does not change later")
    XCTAssertEqual(second.offsets, [group.segment(0): 19])
    guard case .event("", _, let empty) = try read(engine) else { return XCTFail() }
    XCTAssertEqual(empty.length, 8, "an event without bytes is an event")
    guard case .timeout(let last) = try read(engine, .milliseconds(20)) else { return XCTFail() }
    XCTAssertEqual(last.offsets, [group.segment(0): 27])
    try engine.close(until: group.soon)
  }

  func testPositionsCoverAllSegmentsWhileTurnsChange() throws {
    let group = FakeGroup()
    try group.begin(segments: 5) { n in
      (0..<40).map { "\(n)-\($0)" }
    } config: {
      quiet($0)
    }
    let engine = try group.engine("r1")
    var expected = Dictionary(uniqueKeysWithValues: (0..<5).map { (group.segment($0), Int64(0)) })
    var kept: [(Position, [Segment: Int64])] = []
    for _ in 0..<200 {
      guard case .event(_, let position, let pointer) = try read(engine) else { return XCTFail() }
      expected[pointer.segment] = pointer.startOffset + Int64(pointer.length)
      kept.append((position, expected))
    }
    for (position, offsets) in kept { XCTAssertEqual(position.offsets, offsets) }
    let bytes = kept[150].0.toBytes()
    XCTAssertEqual(try Position(bytes: bytes).offsets, kept[150].1)
    try engine.close(until: group.soon)
  }

  func testALateEventEndsTheWait() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      []
    } config: {
      quiet($0)
    }
    let engine = try group.engine("r1")
    XCTAssertEqual(text(try read(engine, .milliseconds(30))), "<timeout>")
    let writer = Worker.start(name: "test-writer") {
      group.streams.change(group.segment(0)) { $0.events.append(Array("late".utf8)) }
    }
    XCTAssertEqual(text(try read(engine)), "late")
    XCTAssertTrue(writer.join(until: group.soon))
    try engine.close(until: group.soon)
  }

  func testACheckpointComesBetweenEventsAndIsPassedByTheNextCall() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in ["a", "b"] }
    let engine = try group.engine("r1")
    XCTAssertEqual(text(try read(engine)), "a")
    group.advance(.seconds(2))
    guard case .checkpoint(let name, let position) = try read(engine) else { return XCTFail() }
    XCTAssertEqual(position.offsets, [group.segment(0): 9])
    XCTAssertFalse(try group.current().checkpoints.isComplete(name))
    XCTAssertEqual(text(try read(engine)), "b")
    XCTAssertEqual(try group.current().checkpoints.lastPositions, [group.segment(0): 9])
    try engine.close(until: group.soon)
  }

  func testASealedStreamIsReadToItsEndAndItsSuccessorsFollow() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in ["a"] }
    let (old, new) = (group.segment(0), group.segment(1, epoch: 1))
    group.streams.add(new, ["b"])
    group.streams.change(old) { $0.isSealed = true }
    group.streams.change(new) { $0.isSealed = true }
    group.streams.contents.withLock {
      $0.successors[old] = [.init(SegmentWithRange(new, .full), predecessorIDs: [0])]
    }
    let engine = try group.engine("r1")
    XCTAssertEqual(text(try read(engine)), "a")
    XCTAssertEqual(text(try read(engine, .milliseconds(30))), "<timeout>")
    group.advance(.seconds(2))
    XCTAssertEqual(text(try read(engine)), "<checkpoint>")
    XCTAssertEqual(text(try read(engine)), "b")
    XCTAssertEqual(text(try read(engine, .milliseconds(30))), "<timeout>")
    group.advance(.seconds(31))
    XCTAssertEqual(text(try read(engine)), "<checkpoint>")
    XCTAssertEqual(text(try read(engine)), "<end>")
    // A round is due that a call without time cannot wait for; what was known still holds.
    group.advance(.seconds(4))
    XCTAssertEqual(text(try read(engine, .zero)), "<end>")
    try engine.close(until: group.soon)
  }

  func testWhatBreaksWhileAReaderIsClosedSaysThatItIsClosed() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      ["a"]
    } config: {
      quiet($0)
    }
    let member = group.member("r1")
    let reader = Monitor<Engine?>(nil)
    let engine = Engine(
      member, timers: try member.join(until: group.soon), opener: group.streams,
      bufferSize: 1 << 20
    ) { job in
      reader.withLock { $0 }?.fail(PravegaError(.objectClosed, "closed"))
      group.state.failNext("info", PravegaError(.connectionFailed, "broken"))
      _ = Worker.start(name: "test-fix") { job() }
    }
    reader.withLock { $0 = engine }
    defer { reader.withLock { $0 = nil } }
    XCTAssertThrowsError(try read(engine)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .objectClosed)
    }
  }

  func testADeadlineEndsTheWaitAndNotTheUpdate() throws {
    let isHeld = Monitor(false)
    let gate = DispatchSemaphore(value: 0)
    let group = FakeGroup { _, call in
      if call == "conditionalAppend", isHeld.withLock({ $0 }) { gate.wait() }
    }
    try group.begin(segments: 1) { _ in
      ["a"]
    } config: {
      quiet($0)
    }
    let engine = try group.engine("r1")
    isHeld.withLock { $0 = true }
    for _ in 0..<3 { XCTAssertEqual(text(try read(engine, .milliseconds(30))), "<timeout>") }
    isHeld.withLock { $0 = false }
    gate.signal()
    XCTAssertEqual(text(try read(engine)), "a")
    XCTAssertEqual(group.state.calls("conditionalAppend"), 3, "begin, join, acquire: each once")
    try engine.close(until: group.soon)
  }

  func testTruncatedDataIsReportedAndReadingGoesOnBehindIt() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      ["a", "b", "c"]
    } config: {
      quiet($0)
    }
    let engine = try group.engine("r1")
    group.streams.change(group.segment(0)) { $0.startOffset = 18 }
    XCTAssertThrowsError(try read(engine)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .truncatedData)
      XCTAssertEqual(($0 as? PravegaError)?.details, .truncated(from: 0, to: 18))
    }
    XCTAssertEqual(text(try read(engine)), "c")
    group.streams.change(group.segment(0)) { $0.isDeleted = true }
    XCTAssertThrowsError(try read(engine))
    XCTAssertEqual(text(try read(engine, .milliseconds(20))), "<timeout>")
    XCTAssertEqual(try engine.position(until: group.soon).offsets, [group.segment(0): -1])
    try engine.close(until: group.soon)
  }

  func testAnEventThatCannotBeDeserializedCountsAsRead() throws {
    struct Refusal: Error {}
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      ["bad", "good"]
    } config: {
      quiet($0)
    }
    let engine = try group.engine("r1")
    let refuse: (UnsafeRawBufferPointer) throws -> String = { _ in throw Refusal() }
    XCTAssertThrowsError(try engine.readNext(until: group.soon, refuse)) {
      XCTAssertTrue($0 is Refusal)
    }
    XCTAssertEqual(try engine.position(until: group.soon).offsets, [group.segment(0): 11])
    XCTAssertEqual(text(try read(engine)), "good")
    try engine.close(until: group.soon)
  }

  func testAReaderThatWasExpelledSaysSoFromThenOn() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      ["a", "b"]
    } config: {
      quiet($0)
    }
    let engine = try group.engine("r1")
    XCTAssertEqual(text(try read(engine)), "a")
    try ReaderGroupMember.leave("r1", at: [:], group.synchronizer(), until: group.soon)
    group.advance(.seconds(4))
    for _ in 0..<2 {
      XCTAssertThrowsError(try read(engine)) {
        XCTAssertEqual(($0 as? PravegaError)?.code, .reinitializationRequired)
      }
    }
    try engine.close(until: group.soon)
  }

  func testCloseLeavesTheSegmentsBehindTheLastEvent() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      ["a", "b", "c"]
    } config: {
      quiet($0)
    }
    let one = try group.engine("r1")
    guard case .event("a", let afterFirst, _) = try read(one) else { return XCTFail() }
    XCTAssertEqual(text(try read(one)), "b")
    try one.close(until: group.soon)
    try one.close(until: group.soon)
    XCTAssertEqual(try group.current().unassigned, [group.segment(0): 18])
    XCTAssertThrowsError(try read(one)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .objectClosed)
    }
    let two = try group.engine("r2")
    XCTAssertEqual(text(try read(two)), "c")
    try two.close(at: .given(afterFirst), until: group.soon)
    XCTAssertEqual(try group.current().unassigned, [group.segment(0): 9])
    let three = try group.engine("r3")
    XCTAssertEqual(text(try read(three)), "b")
    try three.close(at: .lastCheckpoint, until: group.soon)
    XCTAssertEqual(try group.current().unassigned, [group.segment(0): 9])
  }

  func testCloseWakesACallThatWaits() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      []
    } config: {
      quiet($0)
    }
    let engine = try group.engine("r1")
    let isReading = DispatchSemaphore(value: 0)
    let outcome = Monitor<PravegaError.Code?>(nil)
    let reader = Worker.start(name: "test-reader") {
      isReading.signal()
      do {
        _ = try engine.readNext(until: .after(.seconds(60))) { $0.count }
      } catch {
        outcome.withLock { $0 = (error as? PravegaError)?.code }
      }
    }
    isReading.wait()
    try engine.close(until: group.soon)
    XCTAssertTrue(reader.join(until: group.soon))
    XCTAssertEqual(outcome.withLock { $0 }, .objectClosed)
    XCTAssertTrue(try group.current().assigned.isEmpty)
  }

  func testCloseDuringAHangingUpdateReturnsByItsDeadline() throws {
    let isHeld = Monitor(false)
    let group = FakeGroup { _, call in
      guard call == "conditionalAppend" else { return }
      _ = isHeld.wait(until: .distantFuture) { $0 ? nil : true }
    }
    // However the test ends, and however many calls hang: none of them may outlive it.
    defer {
      isHeld.withLock { $0 = false }
      isHeld.signalAll()
    }
    try group.begin(segments: 1) { _ in
      []
    } config: {
      quiet($0)
    }
    let engine = try group.engine("r1")
    isHeld.withLock { $0 = true }
    XCTAssertEqual(text(try read(engine, .milliseconds(20))), "<timeout>")
    XCTAssertThrowsError(try engine.close(until: .after(.milliseconds(100)))) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .timeout)
    }
  }

  func testTwoReadersShareAStreamAndReadEveryEventOnce() throws {
    let group = FakeGroup()
    try group.begin(segments: 4) {
      n in
      (0..<50).map { "\(n)-\($0)" }
    } config: {
      $0.automaticCheckpointIntervalMillis(1000)
    }
    let engines = [try group.engine("r1"), try group.engine("r2")]
    var seen: [String] = []
    for _ in 0..<2000 where seen.count < 200 {
      for engine in engines {
        if case .event(let event, _, _) = try read(engine, .milliseconds(5)) { seen.append(event) }
      }
      group.advance(.milliseconds(500))
    }
    XCTAssertEqual(seen.count, 200)
    XCTAssertEqual(Set(seen).count, 200)
    for engine in engines { try engine.close(until: group.soon) }
    XCTAssertEqual(try group.current().segmentCount, 4)
  }
}
