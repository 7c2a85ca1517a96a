// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// The steps of a round.
extension ReaderGroupRound {
  /// Finishes a reset that another client began: the readers bring the new configuration in.
  mutating func adoptNewConfigIfNeeded() throws {
    guard isOut(timers.config) else { return }
    try fetchIfNeeded()
    if try online().isUpdatingConfig {
      let config = try member.controller.readerGroupConfig(
        scope: member.scope, group: member.group, until: deadline)
      let start = try ReaderGroupStart.make(config, member.controller, until: deadline)
      try update { state in
        guard state.config.generation < config.generation else { return ([], ()) }
        return ([.start(start)], ())
      }
    }
    timers.config = now.advanced(by: ReaderTimers.configInterval)
  }

  /// The checkpoint that waits for this reader; one of the group's own is begun when it is time.
  mutating func nextCheckpoint() throws -> String? {
    try fetchIfNeeded()
    let state = try online()
    let millis = state.config.automaticCheckpointIntervalMillis
    let later = now.advanced(by: .milliseconds(max(0, millis)))
    if let waiting = state.checkpoints.next(for: member.reader) {
      timers.checkpoint = later
      return waiting
    }
    guard millis > 0, isOut(timers.checkpoint), !state.checkpoints.hasIncomplete,
      mayBeginCheckpoint
    else { return nil }
    mayBeginCheckpoint = false
    let name = UniqueID.random().description
    try update { state in
      guard !state.checkpoints.hasIncomplete else { return ([], ()) }
      return ([.createCheckpoint(name), .clearCheckpointsBefore(name)], ())
    }
    timers.checkpoint = now.advanced(by: .milliseconds(max(0, millis)))
    return try online().checkpoints.next(for: member.reader)
  }

  /// Says where this reader stands, if it has not said so before.
  mutating func pass(checkpoint: String) throws {
    try update { state in
      guard state.checkpoints.next(for: member.reader) == checkpoint else { return ([], ()) }
      return (
        [
          .checkpointReader(
            checkpoint: checkpoint, reader: member.reader, offsets: position(state))
        ], ()
      )
    }
  }

  /// Completes finished segments and gives up one that others should have. Only right after a
  /// checkpoint: then everything before is stored, and nothing is read twice.
  mutating func handSegmentsOver() throws {
    for segment in request.finished.keys.sorted() {
      guard try complete(segment) else { break }
    }
    try rebalance()
  }

  /// False when another checkpoint comes first.
  private mutating func complete(_ segment: Segment) throws -> Bool {
    let state = try online()
    guard state.assigned[member.reader]?[segment] != nil else {
      forget(segment)
      return true
    }
    let successors =
      state.endSegments[segment] == nil
      ? try member.controller.successors(of: segment, until: deadline) : []
    let isDone = try update { state in
      guard state.checkpoints.next(for: member.reader) == nil else { return ([], false) }
      guard state.assigned[member.reader]?[segment] != nil else { return ([], true) }
      return (
        [
          .segmentCompleted(
            reader: member.reader, state.withRange(segment), successors: successors)
        ], true
      )
    }
    timers.acquire = now
    if isDone { forget(segment) }
    return isDone
  }

  private mutating func rebalance() throws {
    try fetchIfNeeded()
    let state = try online()
    guard isOut(timers.release), mayRelease(state),
      let segment = state.segmentToRelease(by: member.reader), let offset = position(state)[segment]
    else { return }
    timers.release = now.advanced(by: ReaderTimers.underWay)
    timers.acquire = timers.release
    let isGone = try update { state in
      guard state.assigned[member.reader]?[segment] != nil else { return ([], true) }
      guard mayRelease(state) else { return ([], false) }
      let release = ReaderGroupUpdate.releaseSegment(
        reader: member.reader, segment, offset: offset)
      return ([release, report(state)], true)
    }
    timers.exchanged(try online(), member.reader, now: now)
    if isGone { forget(segment) }
  }

  private func mayRelease(_ state: ReaderGroupState) -> Bool {
    state.checkpoints.next(for: member.reader) == nil && state.ownsTooMany(member.reader)
  }

  private mutating func forget(_ segment: Segment) {
    released.append(segment)
    request.position[segment] = nil
    request.finished[segment] = nil
  }

  /// Tells the controller of the last checkpoint, if the group holds back retention.
  mutating func publishIfNeeded() throws {
    let state = try online()
    guard state.config.retentionType == .automaticReleaseAtLastCheckpoint,
      !state.checkpoints.isLastPublished, let last = state.checkpoints.lastPositions
    else { return }
    for (stream, cut) in Checkpoint.cuts(last) {
      try member.controller.updateSubscriberStreamCut(
        cut, of: stream, subscriber: member.scope + "/" + member.group,
        groupID: state.config.readerGroupID, generation: state.config.generation, until: deadline)
    }
    try synchronizer.updateStateUnconditionally(
      [.updateCheckpointPublished(true)], until: deadline)
  }

  /// Takes segments, or else says how far this reader is.
  mutating func acquireOrReport() throws {
    let hasChanged = if try acquire() { true } else { try reportIfNeeded() }
    if hasChanged { groupPosition = try online().lastRead }
  }

  private mutating func acquire() throws -> Bool {
    try fetchIfNeeded()
    let state = try online()
    guard isOut(timers.acquire), state.checkpoints.next(for: member.reader) == nil else {
      return false
    }
    guard !state.unassigned.isEmpty else {
      timers.acquire = now.advanced(by: timers.acquireDelay(state, member.reader))
      return false
    }
    timers.acquire = now.advanced(by: ReaderTimers.underWay)
    timers.release = timers.acquire
    let hasTaken = try update { state in
      let count = state.segmentsToAcquire(by: member.reader)
      guard state.checkpoints.next(for: member.reader) == nil, count > 0 else {
        return ([], false)
      }
      let taken = state.unassigned.keys.sorted().prefix(count)
      return (
        taken.map { .acquireSegment(reader: member.reader, $0) } + [report(state)], true
      )
    }
    timers.exchanged(try online(), member.reader, now: now)
    return hasTaken
  }

  private mutating func reportIfNeeded() throws -> Bool {
    guard isOut(timers.lag) else { return false }
    let state = try online()
    timers.lag = now.advanced(by: timers.lagDelay(state))
    try synchronizer.updateStateUnconditionally([report(state)], until: deadline)
    try synchronizer.fetchUpdates(until: deadline)
    restartFetchTimer()
    return true
  }
}
