// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaThreads

extension ControllerCore {
  /// Moves the events of a transaction in state COMMITTING. The turn is the caller's.
  func finishCommit(of id: TransactionID, _ key: StreamKey) throws {
    let stream = try stream(key)
    guard let transaction = stream.transactions[id] else { return }
    let position: CutMap
    switch try stream.planCommit(of: id) {
    case .direct(let merges): position = try execute(merges, key)
    case .rolling(let plan): position = try execute(plan, key)
    }
    let now = now()
    state.withLock { state in
      if !transaction.writer.isEmpty {
        state.change(key) {
          _ = $0.noteTime(transaction.commitTime, position: position, of: transaction.writer)
        }
      }
      state.complete(id, of: key, isCommitted: true, now: now)
    }
  }

  private func execute(_ merges: [CommitPlan.Merge], _ key: StreamKey) throws -> CutMap {
    var position: CutMap = [:]
    for merge in merges {
      position[merge.target.id] = try storage.mergeSegment(
        merge.source, into: merge.target.name(in: key))
    }
    return position
  }

  /// The copies of the transaction's segments are complete and sealed before readers hear of
  /// them.
  private func execute(_ plan: CommitPlan.RollingPlan, _ key: StreamKey) throws -> CutMap {
    let settings = try stream(key).settings
    for segment in plan.transactionEpoch.segments {
      try storage.createSegment(segment.name(in: key), settings.fixedSegmentPolicy)
    }
    let position = try execute(plan.merges, key)
    for segment in plan.transactionEpoch.segments {
      try storage.sealSegment(segment.name(in: key))
      try noteFinalByteCount(of: segment, key)
    }
    for segment in plan.nextEpoch.segments {
      try storage.createSegment(segment.name(in: key), settings.segmentPolicy)
    }
    state.withLock { state in
      _ = state.change(key) { $0.append([plan.transactionEpoch, plan.nextEpoch]) }
    }
    for segment in plan.sealed {
      try storage.sealSegment(segment.name(in: key))
      try noteFinalByteCount(of: segment, key)
    }
    state.withLock { state in _ = state.change(key) { $0.activateLastEpoch() } }
    return position
  }
}
