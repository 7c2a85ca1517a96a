// SPDX-License-Identifier: Apache-2.0

extension ReaderGroupState {
  /// Applies a record. One that makes no sense is refused before anything is changed.
  ///
  /// - Throws: code `corruptedState`. All readers meet the same record and the same refusal.
  package mutating func apply(_ update: ReaderGroupUpdate) throws(PravegaError) {
    switch update {
    case .start(let start): self = ReaderGroupState(start)
    case .compact(let state): self = state
    case .addReader(let reader): try add(reader)
    case .removeReader(let reader, let offsets): remove(reader, at: offsets)
    case .releaseSegment(let reader, let segment, let offset):
      try release(segment, of: reader, at: offset)
    case .acquireSegment(let reader, let segment): try acquire(segment, for: reader)
    case .updateDistanceToTail(let reader, let distance, let positions):
      setDistance(distance, of: reader, positions)
    case .segmentCompleted(let reader, let segment, let successors):
      try complete(segment.segment, of: reader, successors)
    case .checkpointReader(let checkpoint, let reader, let offsets):
      try record(reader, in: checkpoint, at: offsets)
    case .createCheckpoint(let name):
      checkpoints.create(name, readers: assigned.keys, unassigned: unassigned)
    case .clearCheckpointsBefore(let name): checkpoints.clear(before: name)
    case .updateCheckpointPublished(let flag): checkpoints.isLastPublished = flag
    case .updatingConfig(let flag): isUpdatingConfig = flag
    case .removeOutstandingCheckpoints: checkpoints.removeOutstanding()
    }
  }

  private mutating func add(_ reader: String) throws(PravegaError) {
    guard assigned[reader] == nil else { throw refusal("reader \(reader) joins twice") }
    assigned[reader] = [:]
    if distances[reader] == nil { distances[reader] = .max }
  }

  private mutating func remove(_ reader: String, at offsets: [Segment: Int64]) {
    let segments = assigned.removeValue(forKey: reader) ?? [:]
    let final = segments.mapWithKey { offsets[$0] ?? $1 }
    unassigned.merge(final) { $1 }
    distances[reader] = nil
    checkpoints.recordLeaving(reader, at: final)
  }

  private mutating func release(
    _ segment: Segment, of reader: String, at offset: Int64
  ) throws(PravegaError) {
    try checkOwner(reader, of: segment)
    assigned[reader]?[segment] = nil
    unassigned[segment] = offset
    if lastRead[segment] != nil { lastRead[segment] = offset }
  }

  private mutating func acquire(
    _ segment: Segment, for reader: String
  ) throws(PravegaError) {
    guard assigned[reader] != nil else { throw refusal("reader \(reader) is offline") }
    guard let offset = unassigned.removeValue(forKey: segment) else {
      throw refusal("\(segment) is not there to be acquired")
    }
    assigned[reader]?[segment] = offset
  }

  private mutating func setDistance(
    _ distance: Int64, of reader: String, _ positions: [ReaderGroupUpdate.SegmentOffset]
  ) {
    distances[reader] = max(Self.minDistance, distance)
    for position in positions where lastRead[position.segment.segment] != nil {
      lastRead[position.segment.segment] = position.offset
    }
  }

  /// Awaited ids are cleared in all streams of the group, even where they mean another segment:
  /// Java compares bare ids, and the readers' states must not diverge.
  private mutating func complete(
    _ segment: Segment, of reader: String, _ successors: [ReaderGroupUpdate.Successor]
  ) throws(PravegaError) {
    try checkOwner(reader, of: segment)
    assigned[reader]?[segment] = nil
    lastRead[segment] = nil
    ranges[segment] = nil
    for successor in successors where future[successor.segment.segment] == nil {
      future[successor.segment.segment] = Set(successor.predecessorIDs)
      ranges[successor.segment.segment] = successor.segment.range
    }
    for waiting in Array(future.keys) {
      future[waiting]?.remove(segment.segmentID)
      guard future[waiting]?.isEmpty ?? false else { continue }
      future[waiting] = nil
      unassigned[waiting] = 0
      if lastRead[waiting] == nil { lastRead[waiting] = 0 }
    }
  }

  private mutating func record(
    _ reader: String, in checkpoint: String, at offsets: [Segment: Int64]
  ) throws(PravegaError) {
    guard checkpoints.isComplete(checkpoint) || checkpoints.isMissing(reader, from: checkpoint)
    else { throw refusal("reader \(reader) has passed checkpoint \(checkpoint) before") }
    let isSilent = CheckpointState.isSilent(checkpoint)
    guard isSilent || assigned[reader] != nil else {
      throw refusal("reader \(reader) is offline")
    }
    checkpoints.record(reader, in: checkpoint, at: offsets)
    guard !isSilent else { return }
    for (segment, offset) in offsets where assigned[reader]?[segment] != nil {
      assigned[reader]?[segment] = offset
    }
  }

  private func checkOwner(_ reader: String, of segment: Segment) throws(PravegaError) {
    guard let segments = assigned[reader] else { throw refusal("reader \(reader) is offline") }
    guard segments[segment] != nil else {
      throw refusal("reader \(reader) does not own \(segment)")
    }
  }

  private func refusal(_ reason: String) -> PravegaError {
    PravegaError(.corruptedState, "A record of the reader group's state is impossible: \(reason).")
  }
}
