// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// Replaces segments by others that hold the same part of the key space.
struct ScalePlan: Sendable {
  let from: EpochRecord
  let to: EpochRecord
  let sealed: [SegmentRecord]
  let created: [SegmentRecord]
}

enum ScaleRefusal: Error, Equatable {
  /// The request cannot be met at all.
  case failure
  /// The request does not fit the present segments or the policy's minimum.
  case precondition
}

extension StreamRecord {
  /// Checks in the order of a real server: segments, then ranges, then the policy's minimum.
  func planScale(seal ids: [Int64], create ranges: [KeyRange]) throws -> ScalePlan {
    guard state == .active else { throw ScaleRefusal.failure }
    let sealed = ids.compactMap { activeEpoch.segment($0) }
    guard sealed.count == ids.count else { throw ScaleRefusal.precondition }
    guard !ids.isEmpty, Set(ids).count == ids.count else { throw ScaleRefusal.failure }
    guard ranges.allSatisfy({ $0.low < $0.high }),
      KeyRange.joined(sealed.map(\.range)) == KeyRange.joined(ranges)
    else { throw ScaleRefusal.failure }
    let count = activeEpoch.segments.count - sealed.count + ranges.count
    guard count >= Int(settings.minimumSegmentCount) else { throw ScaleRefusal.precondition }
    guard count <= Int(ControllerCore.mostSegments) else { throw ScaleRefusal.failure }
    return try plan(sealed, ranges)
  }

  /// What an update of the configuration does to the segments: nothing, or a new set of equal
  /// ones because a fixed count changed or a minimum is not reached.
  func planUpdate(_ new: StreamSettings) throws -> ScalePlan? {
    let wanted = Int(new.minimumSegmentCount)
    let present = activeEpoch.segments.count
    let isFixed = new.scaleType == .fixed
    guard isFixed ? present != wanted : present < wanted else { return nil }
    return try plan(activeEpoch.segments, KeyRange.equalParts(new.minimumSegmentCount))
  }

  /// New segments are numbered by range.
  private func plan(_ sealed: [SegmentRecord], _ ranges: [KeyRange]) throws -> ScalePlan {
    let epoch = Int32(truncatingIfNeeded: epochs.count)
    let first = activeEpoch.highestNumber
    guard let span = Int32(exactly: ranges.count), !first.addingReportingOverflow(span).overflow
    else { throw ScaleRefusal.failure }
    let created = ranges.sorted { $0.low < $1.low }.enumerated().map { index, range in
      SegmentRecord(
        number: first + 1 + Int32(truncatingIfNeeded: index), creationEpoch: epoch, range: range)
    }
    let gone = Set(sealed.map(\.id))
    let kept = activeEpoch.segments.filter { !gone.contains($0.id) }
    return ScalePlan(
      from: activeEpoch, to: EpochRecord(number: epoch, segments: kept + created),
      sealed: sealed, created: created)
  }

  func scaleStatus(_ epoch: Int32) -> ScaleStatus {
    let active = activeEpoch
    if epoch > active.number { return .invalidInput }
    return epoch == active.number || epoch == active.reference ? .inProgress : .success
  }
}

package enum ScaleStatus: Int32, Sendable {
  case inProgress = 0
  case success, invalidInput, internalError
}
