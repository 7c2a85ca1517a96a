// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// All that a reader does for its group between two events, in Java's order.
///
/// A round runs on a repair thread while its reader waits and returns no events. It looks at a
/// copy of where the reader stands and says in its ``Outcome`` what the reader has to change.
/// Every step looks at the state first, so that a round whose outcome was lost can be run again.
package struct ReaderGroupRound: Sendable {
  /// Where the reader stands when the round begins.
  package struct Request: Sendable {
    package var timers: ReaderTimers
    /// The next offset in every segment of the reader, finished ones included.
    package var position: [Segment: Int64] = [:]
    /// Segments read to their end, with -1 or the offset at which reading was to end.
    package var finished: [Segment: Int64] = [:]
    /// The checkpoint that the previous call returned to the user.
    package var returnedCheckpoint: String?
    /// Whether any event has been read.
    package var hasRead = false
    /// What the reader reports as its distance from the tail.
    package var lag: Int64 = 0

    package init(timers: ReaderTimers) { self.timers = timers }
  }

  /// What the reader has to know and do.
  package struct Outcome: Sendable {
    package var timers: ReaderTimers
    /// The checkpoint to return to the user.
    package var checkpoint: String?
    /// Segments that the reader has given up or completed in this round.
    package var released: [Segment] = []
    /// The segments of the reader, and where to begin those that it has not opened.
    package var owned: [Segment: Int64] = [:]
    package var ranges: [Segment: KeyRange] = [:]
    /// Where reading ends, in segments for which that is configured.
    package var ends: [Segment: Int64] = [:]
    /// Whether the whole group has read everything.
    package var isEndOfData = false
    /// Where the group stands, when that has changed: for watermarks.
    package var groupPosition: [Segment: Int64]?
    /// When the next round is due, if nothing else asks for one.
    package var next: Deadline
  }

  let member: ReaderGroupMember
  let deadline: Deadline
  var request: Request
  var timers: ReaderTimers
  var released: [Segment] = []
  var groupPosition: [Segment: Int64]?
  /// A round begins one checkpoint at most, and none when it has just passed one: with a store that
  /// takes longer than the group's interval nothing but checkpoints would ever be read.
  var mayBeginCheckpoint: Bool

  package init(_ member: ReaderGroupMember, _ request: Request, until deadline: Deadline) {
    self.member = member
    self.request = request
    self.deadline = deadline
    timers = request.timers
    mayBeginCheckpoint = request.returnedCheckpoint == nil
  }

  /// Runs the round.
  ///
  /// - Throws: code `readerNotInReaderGroup` when the group was reset or the reader declared
  ///   offline; anything else can be tried again.
  package mutating func run() throws -> Outcome {
    try adoptNewConfigIfNeeded()
    let returned = request.returnedCheckpoint
    if let returned {
      try pass(checkpoint: returned)
      try handSegmentsOver()
      try publishIfNeeded()
    }
    while let next = try nextCheckpoint() {
      guard CheckpointState.isSilent(next) else { return try outcome(returning: next) }
      try pass(checkpoint: next)
    }
    if returned != nil || !request.hasRead || isOut(timers.acquire) || isOut(timers.fetch) {
      try acquireOrReport()
    }
    return try outcome(returning: nil)
  }

  private func outcome(returning checkpoint: String?) throws -> Outcome {
    let state = try online()
    let owned = state.assigned[member.reader] ?? [:]
    return Outcome(
      timers: timers, checkpoint: checkpoint, released: released, owned: owned,
      ranges: state.ranges.filter { owned[$0.key] != nil },
      ends: state.endSegments.filter { owned[$0.key] != nil }, isEndOfData: state.isEndOfData,
      groupPosition: groupPosition, next: due(state))
  }

  /// The earliest moment at which a round would do something.
  private func due(_ state: ReaderGroupState) -> Deadline {
    var due = timers.fetch
    if !state.unassigned.isEmpty { due = .earlier(due, timers.acquire) }
    if state.config.automaticCheckpointIntervalMillis > 0, !state.checkpoints.hasIncomplete {
      due = .earlier(due, timers.checkpoint)
    }
    return due
  }
}

/// What the steps have in common.
extension ReaderGroupRound {
  var synchronizer: ReaderGroupSynchronizer { member.synchronizer }

  var now: Deadline { member.clock() }

  func isOut(_ timer: Deadline) -> Bool { now >= timer }

  /// The state, in which the reader is a member.
  func online() throws -> ReaderGroupState {
    guard let state = synchronizer.snapshot?.state else {
      throw PravegaError(.illegalState, "The state of the reader group is not known yet.")
    }
    return try online(state)
  }

  func online(_ state: ReaderGroupState) throws -> ReaderGroupState {
    guard state.isOnline(member.reader) else { throw member.notInGroup }
    return state
  }

  func update<R>(
    _ generate: (ReaderGroupState) throws -> (updates: [ReaderGroupUpdate], result: R)
  ) throws -> R {
    try synchronizer.updateState(until: deadline) { try generate(try online($0)) }
  }

  /// Where the reader stands in what the state says it owns.
  func position(_ state: ReaderGroupState) -> [Segment: Int64] {
    (state.assigned[member.reader] ?? [:]).mapWithKey { request.position[$0] ?? $1 }
  }

  /// The report that goes with every exchange of segments.
  func report(_ state: ReaderGroupState) -> ReaderGroupUpdate {
    let positions = position(state).sorted { $0.key < $1.key }
    return .updateDistanceToTail(
      reader: member.reader, distance: request.lag,
      lastRead: positions.map { .init(state.withRange($0.key), $0.value) })
  }

  mutating func fetchIfNeeded() throws {
    guard isOut(timers.fetch) else { return }
    try synchronizer.fetchUpdates(until: deadline)
    restartFetchTimer()
    try compactIfNeeded()
  }

  mutating func restartFetchTimer() {
    let millis = synchronizer.snapshot?.state.config.groupRefreshTimeMillis ?? 0
    timers.fetch = now.advanced(by: .milliseconds(max(0, millis)))
  }

  /// One of twenty fetches compacts a state that has grown; the readers need not agree on whose.
  private func compactIfNeeded() throws {
    guard synchronizer.bytesSinceCompaction > Self.compactionSize,
      member.chance() < Self.compactionChance
    else { return }
    try synchronizer.compact(until: deadline) { .compact($0) }
  }

  private static let compactionSize: Int64 = 512 << 10
  private static let compactionChance = 0.05
}
