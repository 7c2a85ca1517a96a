// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaCore

/// What a store says wrongly costs it the connection, never an event.
final class LyingStoreTests: LeakCheckedTestCase {
  private static let hello: [UInt8] = [
    0xFF, 0xFF, 0xFF, 0x81, 0, 0, 0, 8, 0, 0, 0, 17, 0, 0, 0, 5,
  ]
  private static let stream = PravegaStream(uncheckedScope: "a", stream: "b")

  /// One segment, at the scripted store.
  private struct Directory: SegmentDirectory {
    let endpoint: Endpoint

    func currentSegments(
      of stream: PravegaStream, until deadline: Deadline
    ) throws(PravegaError) -> StreamSegments {
      try StreamSegments([SegmentWithRange(Segment(stream, segmentID: 0), .full)])
    }

    func successors(
      of segment: Segment, until deadline: Deadline
    ) throws(PravegaError) -> StreamSegmentSuccessors {
      throw PravegaError(.invalidStream, "no successors")
    }

    func endpoint(
      of segment: Segment, until deadline: Deadline
    ) throws(PravegaError) -> Endpoint { endpoint }

    func delegationToken(
      for stream: PravegaStream, access: PravegaCore.TokenAccess, until deadline: Deadline
    ) throws(PravegaError) -> String { "" }
  }

  private static func setUp(lastEvent: Int64) -> MockStore.Step {
    .answer(SetupAppend.code) { payload in
      let request = try payload.withUnsafeBytes { try SetupAppend(payload: $0) }
      var reply = AppendSetup()
      reply.requestID = request.requestID
      reply.segment = request.segment
      reply.writerID = request.writerID
      reply.lastEventNumber = lastEvent
      return try reply.encoded()
    }
  }

  /// Acknowledges the block and `extra` events more.
  private static func acknowledge(extra: Int64 = 0) -> MockStore.Step {
    .answer(AppendBlockEnd.code) { payload in
      let request = try payload.withUnsafeBytes { try AppendBlockEnd(payload: $0) }
      var reply = DataAppended()
      reply.writerID = request.writerID
      reply.eventNumber = request.lastEventNumber + extra
      reply.requestID = request.requestID
      return try reply.encoded()
    }
  }

  private func write(_ scripts: [[MockStore.Step]]) throws {
    let store = try MockStore(scripts)
    let core = ClientCore(
      directory: Directory(endpoint: store.endpoint), factory: SocketConnectionFactory())
    let writer = try StreamWriter(
      stream: Self.stream,
      segments: core.directory.currentSegments(of: Self.stream, until: .distantFuture),
      environment: core)
    try EventBuffer.withScratch { buffer in
      buffer.append([1, 2, 3])
      return try writer.write(buffer, fraction: 0.5, until: .after(.seconds(10)))
    }.get(timeout: .seconds(10))
    writer.close()
    core.close()
    try store.finish()
  }

  private var opening: [MockStore.Step] { [.expect(Self.hello), .send(Self.hello)] }

  func testAnHonestStore() throws {
    try write([opening + [Self.setUp(lastEvent: .min), Self.acknowledge(), .expectEnd]])
  }

  func testAnAcknowledgementOfWhatWasNeverSentIsNotBelieved() throws {
    try write([
      opening + [Self.setUp(lastEvent: .min), Self.acknowledge(extra: 4), .expectEnd],
      opening + [Self.setUp(lastEvent: .min), Self.acknowledge(), .expectEnd],
    ])
  }

  func testASetUpThatClaimsEventsNeverSentIsNotBelieved() throws {
    try write([
      opening + [Self.setUp(lastEvent: 77), .expectEnd],
      opening + [Self.setUp(lastEvent: .min), Self.acknowledge(), .expectEnd],
    ])
  }

  func testWhatTheSetUpSaysIsStoredIsNotSentAgain() throws {
    let lost = MockStore.Step.answer(AppendBlockEnd.code) { _ in [] }
    try write([
      opening + [Self.setUp(lastEvent: .min), lost, .close],
      opening + [Self.setUp(lastEvent: 1), .expectEnd],
    ])
  }

  func testAResendRepeatsTheSameFrame() throws {
    let first = Monitor<[UInt8]>([])
    let lost = MockStore.Step.answer(AppendBlockEnd.code) { payload in
      first.withLock { $0 = payload }
      return []
    }
    let again = MockStore.Step.answer(AppendBlockEnd.code) { payload in
      XCTAssertEqual(payload, first.withLock { $0 })
      let request = try payload.withUnsafeBytes { try AppendBlockEnd(payload: $0) }
      var reply = DataAppended()
      reply.writerID = request.writerID
      reply.eventNumber = request.lastEventNumber
      reply.requestID = request.requestID
      return try reply.encoded()
    }
    try write([
      opening + [Self.setUp(lastEvent: .min), lost, .close],
      opening + [Self.setUp(lastEvent: .min), again, .expectEnd],
    ])
  }

  /// The state of a reader group would take its own write for done.
  func testAnAcknowledgementThatComesAgainDoesNotAnswerTheNextAppend() throws {
    let acknowledged = Monitor<[UInt8]>([])
    let first = MockStore.Step.answer(ConditionalAppend.code) { payload in
      let request = try payload.withUnsafeBytes { try ConditionalAppend(payload: $0) }
      var reply = DataAppended()
      reply.writerID = request.writerID
      reply.eventNumber = request.eventNumber
      reply.requestID = request.requestID
      let frame = try reply.encoded()
      acknowledged.withLock { $0 = frame }
      return frame
    }
    let second = MockStore.Step.answer(ConditionalAppend.code) { payload in
      let request = try payload.withUnsafeBytes { try ConditionalAppend(payload: $0) }
      var reply = ConditionalCheckFailed()
      reply.writerID = request.writerID
      reply.eventNumber = request.eventNumber
      reply.requestID = request.requestID
      return acknowledged.withLock { $0 } + (try reply.encoded())
    }
    let store = try MockStore([
      opening + [Self.setUp(lastEvent: .min), first, second, .expectEnd]
    ])
    let core = ClientCore(
      directory: Directory(endpoint: store.endpoint), factory: SocketConnectionFactory())
    let segment = StoreSegment(core, segment: Segment(Self.stream, segmentID: 0))
    let entry: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1, 7]
    XCTAssertTrue(try segment.append(entry, ifWriteOffsetIs: 0, until: .after(.seconds(10))))
    XCTAssertFalse(try segment.append(entry, ifWriteOffsetIs: 9, until: .after(.seconds(10))))
    segment.close()
    core.close()
    try store.finish()
  }

  // MARK: - One append at a time

  private func withSegment(
    _ scripts: [[MockStore.Step]], _ body: (StoreSegment) throws -> Void
  ) throws {
    let store = try MockStore(scripts)
    let core = ClientCore(
      directory: Directory(endpoint: store.endpoint), factory: SocketConnectionFactory())
    let segment = StoreSegment(core, segment: Segment(Self.stream, segmentID: 0))
    defer { core.close() }
    try body(segment)
    segment.close()
    core.close()
    try store.finish()
  }

  /// Answers a conditional append as stored, under another number than its own if so wanted.
  private static func acknowledgeConditional(extra: Int64 = 0) -> MockStore.Step {
    .answer(ConditionalAppend.code) { payload in
      let request = try payload.withUnsafeBytes { try ConditionalAppend(payload: $0) }
      var reply = DataAppended()
      reply.writerID = request.writerID
      reply.eventNumber = request.eventNumber + extra
      reply.requestID = request.requestID
      return try reply.encoded()
    }
  }

  private static let entry: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1, 7]

  /// Else the append would be lost in silence: it would count as stored and never be sent.
  func testASetUpThatClaimsAnAppendNeverSentIsNotBelieved() throws {
    for claim in [1, 77, Int64.max] {
      try withSegment([
        opening + [Self.setUp(lastEvent: claim), .expectEnd],
        opening + [Self.setUp(lastEvent: .min), Self.acknowledgeConditional(), .expectEnd],
      ]) { segment in
        XCTAssertTrue(
          try segment.append(Self.entry, ifWriteOffsetIs: 0, until: .after(.seconds(10))))
      }
    }
  }

  func testANegativeSetUpIsThatOfANewWriter() throws {
    for claim in [0, -1, -77, Int64.min] {
      try withSegment([
        opening + [Self.setUp(lastEvent: claim), Self.acknowledgeConditional(), .expectEnd]
      ]) { segment in
        XCTAssertTrue(
          try segment.append(Self.entry, ifWriteOffsetIs: 0, until: .after(.seconds(10))))
      }
    }
  }

  func testAnAcknowledgementOfAnotherAppendIsAskedAboutAgain() throws {
    for extra in [-1, 1, Int64.max - 1] {
      try withSegment([
        opening + [
          Self.setUp(lastEvent: .min), Self.acknowledgeConditional(extra: extra), .expectEnd,
        ],
        opening + [Self.setUp(lastEvent: 1), .expectEnd],
      ]) { segment in
        XCTAssertTrue(
          try segment.append(Self.entry, ifWriteOffsetIs: 0, until: .after(.seconds(10))))
      }
    }
  }

  func testAStoreThatForgetsWhatItAcknowledgedFailsTheNextAppend() throws {
    for told in [0, -1, Int64.min] {
      let lie = opening + [Self.setUp(lastEvent: told), .expectEnd]
      let store = try MockStore(
        [opening + [Self.setUp(lastEvent: .min), Self.acknowledgeConditional(), .close]]
          + Array(repeating: lie, count: 100))
      let core = ClientCore(
        directory: Directory(endpoint: store.endpoint), factory: SocketConnectionFactory())
      let segment = StoreSegment(core, segment: Segment(Self.stream, segmentID: 0))
      XCTAssertTrue(
        try segment.append(Self.entry, ifWriteOffsetIs: 0, until: .after(.seconds(10))))
      let soon = Deadline.after(.milliseconds(300))
      XCTAssertThrowsError(try segment.append(Self.entry, ifWriteOffsetIs: 9, until: soon)) {
        XCTAssertEqual(($0 as? PravegaError)?.code, .corruptedState, "\($0)")
      }
      segment.close()
      core.close()
      store.close()
    }
  }

  /// A store that the segment has left may answer as it was then: the right one is looked for.
  func testAStoreThatIsBehindIsLeft() throws {
    try withSegment([
      opening + [Self.setUp(lastEvent: .min), Self.acknowledgeConditional(), .close],
      opening + [Self.setUp(lastEvent: 0), .expectEnd],
      opening + [Self.setUp(lastEvent: 1), Self.acknowledgeConditional(), .expectEnd],
    ]) { segment in
      let soon = Deadline.after(.seconds(10))
      XCTAssertTrue(try segment.append(Self.entry, ifWriteOffsetIs: 0, until: soon))
      XCTAssertTrue(try segment.append(Self.entry, ifWriteOffsetIs: 9, until: soon))
    }
  }

  /// The deadline ends it, with what the store said and not with a mere time-out.
  func testAStoreThatGoesOnLyingIsNamedWhenTimeIsUp() throws {
    let lie = opening + [Self.setUp(lastEvent: 5), .expectEnd]
    let store = try MockStore(Array(repeating: lie, count: 100))
    let core = ClientCore(
      directory: Directory(endpoint: store.endpoint), factory: SocketConnectionFactory())
    let segment = StoreSegment(core, segment: Segment(Self.stream, segmentID: 0))
    XCTAssertThrowsError(try segment.append(Self.entry, until: .after(.milliseconds(300)))) {
      let error = $0 as? PravegaError
      XCTAssertEqual(error?.code, .invalidMessage)
      XCTAssertEqual(error?.message.contains("append 5 is the last one"), true)
    }
    segment.close()
    core.close()
    store.close()
  }
}
