// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaThreads

/// Streams in memory, whose segments are opened by readers and described by a controller.
final class FakeStreams: SegmentOpening, GroupDirectory {
  struct Contents {
    var segments: [Segment: FakeData] = [:]
    var successors: [Segment: [ReaderGroupUpdate.Successor]] = [:]
    var config: ReaderGroupConfig?
    var published: [PravegaStream: StreamCut] = [:]
    var openCount = 0
    var opened: [String] = []
  }

  struct FakeData {
    var events: [[UInt8]] = []
    var isSealed = false
    var startOffset: Int64 = 0
    var isDeleted = false
    var marks: [ReadyMark] = []
  }

  let contents = Monitor(Contents())

  func add(_ segment: Segment, _ events: [String] = []) {
    contents.withLock { $0.segments[segment] = FakeData(events: events.map { Array($0.utf8) }) }
  }

  /// Changes a segment and wakes its readers.
  func change(_ segment: Segment, _ change: (inout FakeData) -> Void) {
    let marks = contents.withLock { contents -> [ReadyMark] in
      guard var data = contents.segments[segment] else { return [] }
      change(&data)
      contents.segments[segment] = data
      return data.marks
    }
    for mark in marks { mark.set() }
  }

  func open(_ request: SegmentOpenRequest) throws -> FakeSource {
    let isReady = contents.withLock { contents -> Bool in
      contents.openCount += 1
      contents.opened.append("\(request.segment)@\(request.offset)")
      contents.segments[request.segment, default: FakeData()].marks.append(request.ready)
      return true
    }
    if isReady { request.ready.set() }
    return FakeSource(self, request)
  }

  func headSegments(
    of stream: PravegaStream, until deadline: Deadline
  ) throws -> [Segment: Int64] {
    contents.withLock {
      $0.segments.filter { $0.key.pravegaStream == stream }.mapValues(\.startOffset)
    }
  }

  func successors(
    of segment: Segment, until deadline: Deadline
  ) throws -> [ReaderGroupUpdate.Successor] {
    contents.withLock { $0.successors[segment] ?? [] }
  }

  func readerGroupConfig(
    scope: String, group: String, until deadline: Deadline
  ) throws -> ReaderGroupConfig {
    guard let config = contents.withLock({ $0.config }) else {
      throw PravegaError(.readerGroupNotFound, "no config")
    }
    return config
  }

  func updateSubscriberStreamCut(
    _ cut: StreamCut, of stream: PravegaStream, subscriber: String, groupID: UniqueID,
    generation: Int64, until deadline: Deadline
  ) throws {
    contents.withLock { $0.published[stream] = cut }
  }
}

/// A segment of ``FakeStreams`` that one reader has open.
// @unchecked: `lent` belongs to the consumer.
final class FakeSource: SegmentSource, @unchecked Sendable {
  private let streams: FakeStreams
  private let request: SegmentOpenRequest
  private let place: Monitor<Int64>
  /// The bytes of the last event; those of the one before are gone, as with a real source.
  private var lent: UnsafeMutableRawBufferPointer?

  deinit { lent?.deallocate() }

  init(_ streams: FakeStreams, _ request: SegmentOpenRequest) {
    self.streams = streams
    self.request = request
    place = Monitor(request.offset)
  }

  var offset: Int64 { place.withLock { $0 } }

  /// Every other event is "at hand", so that both ways are taken.
  func nextHere() -> LentEvent? {
    let offset = offset
    guard offset % 2 == 0, offset < request.endOffset,
      streams.contents.withLock({ contents in
        guard let data = contents.segments[request.segment] else { return false }
        let end = data.events.reduce(0) { $0 + Int64($1.count + 8) }
        return offset >= data.startOffset && offset < end && !data.isDeleted
      }), case .event(let event) = next()
    else { return nil }
    return event
  }

  private func lend(_ event: [UInt8], start: Int64) -> LentEvent {
    lent?.deallocate()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: event.count, alignment: 1)
    memory.copyBytes(from: event)
    lent = memory
    return LentEvent(UnsafeRawBufferPointer(memory), start: start)
  }

  func next() -> SegmentNext {
    let start = offset
    if start >= request.endOffset { return .endOffset }
    guard let data = streams.contents.withLock({ $0.segments[request.segment] }) else {
      return .notReady
    }
    if start < data.startOffset || data.isDeleted { return .truncated }
    var end: Int64 = 0
    for event in data.events {
      guard end == start else {
        end += Int64(event.count + 8)
        continue
      }
      place.withLock { $0 = start + Int64(event.count + 8) }
      return .event(lend(Array(event), start: start))
    }
    return data.isSealed ? .endOfSegment : .notReady
  }

  func skipTruncated(until deadline: Deadline) throws -> Int64? {
    let start = streams.contents.withLock { contents -> Int64? in
      guard let data = contents.segments[request.segment], !data.isDeleted else { return nil }
      return data.startOffset
    }
    if let start { place.withLock { $0 = start } }
    return start
  }

  func close() {}
}

/// A group of readers over ``FakeStreams``, with a clock that the test moves.
final class FakeGroup: Sendable {
  let state: FakeSegment
  let streams = FakeStreams()
  private let time = Monitor(Deadline.now)
  var soon: Deadline { .after(.seconds(20)) }

  init(hook: @escaping @Sendable (FakeSegment, String) -> Void = { _, _ in }) {
    state = FakeSegment("_RGg", hook: hook)
  }

  /// Adds segments of stream `scope/s` and begins the group.
  func begin(
    segments: Int32, _ events: (Int32) -> [String] = { _ in [] },
    config: (ReaderGroupConfig.Builder) -> ReaderGroupConfig.Builder = { $0 }
  ) throws {
    for number in 0..<segments { streams.add(segment(number), events(number)) }
    let config = try config(try ReaderGroupConfig.builder().stream("scope/s")).build()
    let start = try ReaderGroupStart.make(config, streams, until: soon)
    try synchronizer().initialize(.start(start), until: soon)
  }

  func segment(_ number: Int32, epoch: Int32 = 0) -> Segment {
    Segment(scope: "scope", stream: "s", number: number, epoch: epoch)
  }

  func synchronizer() -> ReaderGroupSynchronizer {
    ReaderGroupSynchronizer(ReaderGroupCodec(), on: RevisionedSegment(state))
  }

  func member(_ reader: String) -> ReaderGroupMember {
    var member = ReaderGroupMember(
      reader: reader, scope: "scope", group: "g", synchronizer: synchronizer(),
      controller: streams)
    member.clock = { [time] in time.withLock { $0 } }
    member.quickClock = member.clock
    member.chance = { 0.5 }
    return member
  }

  func advance(_ duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }

  /// The state as somebody sees it who has just looked.
  func current() throws -> ReaderGroupState {
    let synchronizer = synchronizer()
    try synchronizer.fetchUpdates(until: soon)
    guard let snapshot = synchronizer.snapshot else { throw PravegaError(.illegalState, "none") }
    return snapshot.state
  }

  func engine(_ reader: String) throws -> EventReaderEngine<FakeStreams> {
    let member = member(reader)
    let timers = try member.join(until: soon)
    return EventReaderEngine(member, timers: timers, opener: streams, bufferSize: 1 << 20) { job in
      _ = Worker.start(name: "test-fix") { job() }
    }
  }
}
