// SPDX-License-Identifier: Apache-2.0

/// The segments of a stream and the part of the key space that each takes: an ordered map from
/// upper bounds to segments.
package struct StreamSegments: Sendable, Hashable {
  /// Keys up to and including `upperBound`, above the one before, go to `segment`.
  package struct Entry: Sendable, Hashable {
    package var upperBound: Double
    package var segment: SegmentWithRange

    package init(upperBound: Double, segment: SegmentWithRange) {
      self.upperBound = upperBound
      self.segment = segment
    }
  }

  /// Ascending by upper bound.
  package let entries: [Entry]
  /// The token that came with the segments; empty when none did.
  package let delegationToken: String

  package static let empty = StreamSegments(sorted: [], delegationToken: "")

  private init(sorted entries: [Entry], delegationToken: String) {
    self.entries = entries
    self.delegationToken = delegationToken
  }

  /// - Throws: `controllerFailure` when the ranges leave a part of the key space out.
  package init(
    _ segments: [SegmentWithRange], delegationToken: String = ""
  ) throws(PravegaError) {
    let entries = segments.compactMap { segment in
      segment.range.map { Entry(upperBound: $0.high, segment: segment) }
    }
    try self.init(checking: entries, delegationToken: delegationToken)
  }

  package init(
    checking entries: [Entry], delegationToken: String = ""
  ) throws(PravegaError) {
    let sorted = entries.sorted { $0.upperBound < $1.upperBound }
    if let first = sorted.first, let last = sorted.last {
      guard first.upperBound > 0, last.upperBound >= 1, last.upperBound < 1.00001 else {
        throw PravegaError(
          .controllerFailure, "The controller's segment ranges do not cover the key space.",
          retry: .safe)
      }
    }
    self.init(sorted: sorted, delegationToken: delegationToken)
  }

  package var isEmpty: Bool { entries.isEmpty }

  package var segments: [Segment] { entries.map(\.segment.segment) }

  /// The segment with the smallest upper bound at or above `fraction`.
  package func segment(for fraction: Double) -> Segment? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].upperBound < fraction { low = middle + 1 } else { high = middle }
    }
    return low < entries.count ? entries[low].segment.segment : entries.last?.segment.segment
  }
}

/// What replaced a sealed segment.
package struct StreamSegmentSuccessors: Sendable, Hashable {
  /// Each successor with the ids of the segments that it replaces.
  package var successors: [(segment: SegmentWithRange, predecessors: [Int64])] {
    zip(segments, predecessors).map { ($0, $1) }
  }

  private let segments: [SegmentWithRange]
  private let predecessors: [[Int64]]

  package init(_ successors: [(segment: SegmentWithRange, predecessors: [Int64])]) {
    segments = successors.map(\.segment)
    predecessors = successors.map(\.predecessors)
  }

  /// The stream itself is sealed.
  package var isEmpty: Bool { segments.isEmpty }

  /// The successors that replace `id`.
  package func replacements(of id: Int64) -> [SegmentWithRange] {
    successors.filter { $0.predecessors.contains(id) }.map(\.segment)
  }
}
