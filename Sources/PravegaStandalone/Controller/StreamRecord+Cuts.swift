// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// A position in a stream: offset by segment id. Negative offsets mean that the segment has not
/// been reached.
package typealias CutMap = [Int64: Int64]

/// The segments of a cut, each with the highest epoch between the oldest and the newest of the
/// cut that contains it.
typealias CutSpan = [SegmentRecord: Int32]

extension StreamRecord {
  /// No cut of a stream has more segments than two epochs.
  private static let mostSegmentsOfCut = 2 * Int(ControllerCore.mostSegments)

  /// The segments that a cut names, by id. Throws for epochs and segments that do not exist.
  private func segments(of cut: CutMap) throws -> [SegmentRecord] {
    guard cut.count <= Self.mostSegmentsOfCut else {
      throw ControllerFailure.invalidArgument(
        "the cut has more than \(Self.mostSegmentsOfCut) segments")
    }
    return try cut.keys.sorted().map { try segment($0) }
  }

  /// Throws for epochs and segments that do not exist.
  func span(of cut: CutMap) throws -> CutSpan {
    let segments = try segments(of: cut)
    guard let newest = segments.map(\.creationEpoch).max() else { return [:] }
    var span: CutSpan = [:]
    for segment in segments {
      span[segment] = min(newest, lastEpoch(of: segment.id) ?? newest)
    }
    return span
  }

  func span(ofEpoch epoch: EpochRecord) -> CutSpan {
    var span: CutSpan = [:]
    for segment in epoch.segments { span[segment] = epoch.number }
    return span
  }

  /// Whether the cut covers the key space once. Throws for what does not exist.
  ///
  /// Segments that have been reached must not overlap; gaps between them must be covered by
  /// later segments that have not been reached.
  func isValid(_ cut: CutMap) throws -> Bool {
    let segments = try segments(of: cut)
    let reached = segments.filter { (cut[$0.id] ?? 0) >= 0 }
      .sorted { $0.range.low < $1.range.low }
    let future = segments.filter { (cut[$0.id] ?? 0) < 0 }
    guard !reached.isEmpty else {
      throw ControllerFailure.invalidArgument("no segment of the cut has been reached")
    }
    for (a, b) in zip(reached, reached.dropFirst()) where a.overlaps(b) { return false }
    let index = SegmentIndex(reached)
    for later in future {
      guard index.overlapping(later, allSatisfy: { $0.id < later.id }) else { return false }
    }
    return covers(reached + future)
  }

  /// Whether the ranges together leave no gap in the key space.
  private func covers(_ segments: [SegmentRecord]) -> Bool {
    var end = 0.0
    for segment in segments.sorted(by: { $0.range.low < $1.range.low }) {
      guard segment.range.low <= end else { return false }
      end = max(end, segment.range.high)
    }
    return end >= 1.0
  }

  /// Whether `a` is nowhere behind `b`.
  func isEqualOrAfter(_ a: CutMap, _ b: CutMap) throws -> Bool {
    let spanA = try span(of: a)
    let spanB = try span(of: b)
    let index = SegmentIndex(spanB.keys)
    for (x, epochX) in spanA {
      if let p = a[x.id], let q = b[x.id], p < q { return false }
      guard index.overlapping(x, allSatisfy: { epochX >= spanB[$0] ?? .min }) else { return false }
    }
    return true
  }

  /// How `a` lies relative to `b` when both come from the retention of a stream.
  func compare(_ a: CutMap, _ b: CutMap) throws -> CutOrder {
    let first = try a.keys.map { try segment($0) }
    let second = SegmentIndex(try b.keys.map { try segment($0) })
    var isLess = false
    var isGreater = false
    for x in first {
      _ = second.overlapping(x) { y in
        let (p, q) = x.id == y.id ? (a[x.id] ?? 0, b[y.id] ?? 0) : (x.id, y.id)
        isLess = isLess || p < q
        isGreater = isGreater || p > q
        return !(isLess && isGreater)
      }
    }
    if isLess { return isGreater ? .overlaps : .before }
    return .equalOrAfter
  }
}

enum CutOrder: Sendable {
  case before, equalOrAfter, overlaps
}
