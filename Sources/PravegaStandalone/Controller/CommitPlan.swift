// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// The way of a transaction's events into its stream.
enum CommitPlan: Sendable {
  /// The stream still has the transaction's segments: the events go to their ends.
  case direct([Merge])
  /// The stream was scaled since. An epoch with copies of the transaction's segments takes the
  /// events, and one with copies of the present segments follows it.
  case rolling(RollingPlan)

  struct Merge: Sendable {
    let target: SegmentRecord
    let source: String
  }

  struct RollingPlan: Sendable {
    let merges: [Merge]
    /// The epoch of the transaction's segments, made anew, and the present one, made anew.
    let transactionEpoch: EpochRecord
    let nextEpoch: EpochRecord
    /// What is active now and will be sealed.
    let sealed: [SegmentRecord]
  }
}

extension StreamRecord {
  func planCommit(of id: TransactionID) throws -> CommitPlan {
    let active = activeEpoch
    let epoch = try epoch(TransactionNames.epoch(of: id))
    if active.number == epoch.number || active.reference == epoch.reference {
      return .direct(merges(id, into: active.segments))
    }
    let number = Int32(truncatingIfNeeded: epochs.count)
    let copies = epoch.segments.map { $0.copy(in: number) }
    let next = active.segments.map { $0.copy(in: number + 1) }
    return .rolling(
      CommitPlan.RollingPlan(
        merges: merges(id, into: copies),
        transactionEpoch: EpochRecord(
          number: number, reference: epoch.reference, segments: copies),
        nextEpoch: EpochRecord(number: number + 1, reference: active.reference, segments: next),
        sealed: active.segments))
  }

  private func merges(_ id: TransactionID, into targets: [SegmentRecord]) -> [CommitPlan.Merge] {
    targets.map { .init(target: $0, source: transactionSegmentName(id, $0)) }
  }
}
