// SPDX-License-Identifier: Apache-2.0

/// A position of a stream at some time, for retention to truncate at later.
package struct RetentionRecord: Sendable, Equatable {
  package let time: Int64
  /// Bytes of the stream before the cut.
  package let byteCount: Int64
  package let cut: CutMap
}

extension StreamRecord {
  /// Where the policy wants the stream to begin; nil: leave it alone.
  func retentionCut(now: Int64) -> CutMap? {
    guard let policy = settings.retention, !retained.isEmpty else { return nil }
    let choice = RetentionChoice(stream: self, policy: policy, now: now)
    let bound = subscribersLowerBound
    guard !bound.isEmpty else { return choice.atMinimum?.cut }
    return policy.type == .size ? choice.bySize(bound) : choice.byTime(bound)
  }

  /// Forgets recorded positions that lie at or before the head.
  mutating func dropPassedRetention() {
    guard !truncation.cut.isEmpty,
      let last = retained.lastIndex(where: {
        (try? isEqualOrAfter(truncation.cut, $0.cut)) ?? false
      })
    else { return }
    retained.removeSubrange(...last)
  }
}

/// The rules by which one of the recorded positions is chosen.
private struct RetentionChoice {
  let stream: StreamRecord
  let policy: StreamSettings.Retention
  let now: Int64

  private var currentByteCount: Int64 { stream.retained.last?.byteCount ?? 0 }

  /// How much the stream would hold if it began at the record: bytes or milliseconds.
  private func held(_ record: RetentionRecord) -> Int64 {
    policy.type == .size ? currentByteCount &- record.byteCount : now &- record.time
  }

  /// The record that keeps the least, but not less than the minimum.
  var atMinimum: RetentionRecord? {
    stream.retained.filter { held($0) >= policy.minimum }.min { held($0) < held($1) }
  }

  /// The record that keeps the most within the limits.
  private var atMaximum: RetentionRecord? {
    stream.retained.filter { held($0) >= policy.minimum && held($0) <= policy.maximum }
      .max { held($0) < held($1) } ?? atMinimum
  }

  private func order(_ a: CutMap, _ b: CutMap) -> CutOrder {
    (try? stream.compare(a, b)) ?? .overlaps
  }

  private func newest(before bound: CutMap) -> CutMap? {
    stream.retained.last { order(bound, $0.cut) == .equalOrAfter }?.cut
  }

  func bySize(_ bound: CutMap) -> CutMap? {
    let kept = currentByteCount &- stream.byteCount(before: bound)
    if kept < policy.minimum {
      guard let minimum = atMinimum else { return nil }
      return order(minimum.cut, bound) == .before ? minimum.cut : newest(before: bound)
    }
    guard kept >= policy.maximum else { return bound }
    guard let maximum = atMaximum, held(maximum) < kept else { return bound }
    return maximum.cut
  }

  func byTime(_ bound: CutMap) -> CutMap? {
    guard let minimum = atMinimum else { return nil }
    switch order(minimum.cut, bound) {
    case .before: return minimum.cut
    case .overlaps: return newest(before: bound)
    case .equalOrAfter: break
    }
    let oldest = stream.retained.last { now &- $0.time >= policy.maximum }
    guard let oldest else { return bound }
    switch order(bound, oldest.cut) {
    case .equalOrAfter: return bound
    case .before: return atMaximum?.cut
    case .overlaps: return oldest.cut
    }
  }
}
