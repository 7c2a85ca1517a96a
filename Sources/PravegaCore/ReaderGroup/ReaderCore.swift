// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PravegaThreads

/// What a reader knows between two calls. Touched by one thread at a time.
struct ReaderCore<Opener: SegmentOpening> {
  private typealias Slot = OpenSegments<Opener>.Slot

  /// The round under way, if any.
  var pending: Future<ReaderGroupRound.Outcome>?
  private(set) var nextRound = Deadline(nanoseconds: 0)
  private(set) var isEndOfData = false
  private let queue: ReadyQueue
  private var segments: OpenSegments<Opener>
  private var timers: ReaderTimers
  /// The checkpoint that the last call returned.
  private var returnedCheckpoint: String?
  /// The segment id of the last event, for the report to the group.
  private var lastSegmentID: Int64?
  /// The segment whose turn it is, and how much was taken from it in this turn.
  private var current: Slot?
  private var turnBytes = 0
  /// The other segments.
  private var snapshot = PositionSnapshot([:], ranges: [:]) {
    didSet { turn = nil }
  }
  /// What the positions of this turn share; nil before its first event.
  private var turn: PositionTurn?

  /// So much is taken from a segment before the next one has its turn.
  private static var turnLength: Int { 64 << 10 }

  init(opener: Opener, queue: ReadyQueue, timers: ReaderTimers, bufferSize: Int) {
    self.queue = queue
    self.timers = timers
    segments = OpenSegments(opener, queue: queue, bufferSize: bufferSize)
  }

  var position: Position { Position(offsets: segments.offsets, ranges: segments.ranges) }

  func leavingOffsets(_ position: LeavingPosition) -> [Segment: Int64] {
    switch position {
    case .current: segments.offsets
    case .given(let position): position.offsets
    case .lastCheckpoint: [:]
    }
  }

  mutating func closeAll() {
    current = nil
    segments.closeAll()
  }
}

/// Rounds.
extension ReaderCore {
  func needsRound(now: Deadline) -> Bool {
    pending != nil || returnedCheckpoint != nil || now >= nextRound
  }

  func roundRequest() -> ReaderGroupRound.Request {
    var request = ReaderGroupRound.Request(timers: timers)
    request.position = segments.offsets
    request.finished = segments.finished
    request.returnedCheckpoint = returnedCheckpoint
    request.hasRead = lastSegmentID != nil
    request.lag = lastSegmentID.map { Self.epochMillis() &- $0 } ?? 0
    return request
  }

  /// Java reports the time minus the id of the segment read last. That is no distance, but the
  /// readers of a group compare these numbers, so all of them have to report the same.
  private static func epochMillis() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000
  }

  mutating func adopt(_ outcome: ReaderGroupRound.Outcome) throws {
    timers = outcome.timers
    nextRound = outcome.next
    returnedCheckpoint = outcome.checkpoint
    isEndOfData = outcome.isEndOfData
    endTurn()
    try segments.align(outcome)
    rebase()
  }

  private mutating func endTurn() {
    guard let slot = current else { return }
    current = nil
    turnBytes = 0
    queue.put(slot.token)
    snapshot = unsafe snapshot.with(slot.segment, at: slot.offset) ?? wholeSnapshot
  }

  private mutating func rebase() { snapshot = wholeSnapshot }

  private var wholeSnapshot: PositionSnapshot {
    PositionSnapshot(segments.offsets, ranges: segments.ranges)
  }
}

/// Events.
extension ReaderCore {
  /// Takes the next event of the turn under way when it is in memory; nil does not say why not.
  @inline(__always)
  mutating func takeHere() -> TakenEvent? {
    guard turnBytes < Self.turnLength, let turn, let slot = current,
      let event = slot.source.nextHere()
    else { return nil }
    return taken(event, slot, turn)
  }

  /// Takes the next event that is there; nil when none is.
  mutating func takeEvent(until deadline: Deadline) throws -> TakenEvent? {
    while let slot = nextSlot() {
      switch slot.source.next() {
      case .event(let event): return began(event, slot)
      case .notReady: turnOver(slot)
      case .endOfSegment: finish(slot, at: -1)
      case .endOffset: unsafe finish(slot, at: slot.offset)
      case .truncated: throw try skipTruncated(slot, until: deadline)
      case .failed(let error):
        current = nil
        turn = nil
        try segments.reopen(slot)
        throw error
      }
    }
    return nil
  }

  /// The segment whose turn it is.
  private mutating func nextSlot() -> Slot? {
    if let slot = current {
      guard turnBytes >= Self.turnLength else { return slot }
      turnBytes = 0
      if queue.isEmpty { return slot }
      endTurn()
    }
    while let token = queue.take() {
      guard let slot = segments[token] else { continue }
      current = slot
      turnBytes = 0
      return slot
    }
    return nil
  }

  private mutating func began(_ event: LentEvent, _ slot: Slot) -> TakenEvent {
    lastSegmentID = slot.segment.segmentID
    let turn = self.turn ?? PositionTurn(snapshot, slot.shared)
    self.turn = turn
    return taken(event, slot, turn)
  }

  @inline(__always)
  private mutating func taken(
    _ event: LentEvent, _ slot: Slot, _ turn: PositionTurn
  ) -> TakenEvent {
    let length = event.length
    turnBytes &+= Int(length)
    unsafe slot.offset = event.end
    return unsafe TakenEvent(
      bytes: event.bytes, position: Position(turn, at: slot.offset),
      pointer: EventPointer(slot.shared, startOffset: event.start, length: length))
  }

  /// The segment has nothing now; it comes back to the queue by itself.
  private mutating func turnOver(_ slot: Slot) {
    current = nil
    snapshot = unsafe snapshot.with(slot.segment, at: slot.offset) ?? wholeSnapshot
  }

  private mutating func finish(_ slot: Slot, at offset: Int64) {
    current = nil
    segments.finish(slot, at: offset)
    rebase()
  }

  /// Goes behind what is gone, and makes the error that tells the user of it.
  private mutating func skipTruncated(
    _ slot: Slot, until deadline: Deadline
  ) throws -> PravegaError {
    let from = unsafe slot.offset
    do {
      guard let start = try slot.source.skipTruncated(until: deadline) else {
        finish(slot, at: -1)
        return truncated(slot, from: from, to: nil)
      }
      unsafe slot.offset = start
      rebase()
      return truncated(slot, from: from, to: start)
    } catch PravegaError.Code.timeout {
      return truncated(slot, from: from, to: nil)
    }
  }

  private func truncated(_ slot: Slot, from: Int64, to: Int64?) -> PravegaError {
    let what =
      "The segment \(slot.segment) was truncated before its events at offset \(from) were read."
    return PravegaError(
      .truncatedData, what, hint: "Call again to go on with what is left.", retry: .safe,
      details: to.map { .truncated(from: from, to: $0) })
  }
}
