// SPDX-License-Identifier: Apache-2.0

/// What the readers of a group have agreed on: who reads which segment from where.
///
/// Built by applying ``ReaderGroupUpdate`` records in the order of the state stream. A record has
/// the same effect here as in Java, surprises included, because all readers of a group, in
/// whatever language, must come to the same state.
package struct ReaderGroupState: Sendable, Hashable {
  package internal(set) var config: ReaderGroupConfig
  /// How far behind each reader says it is.
  package internal(set) var distances: [String: Int64] = [:]
  /// Online readers and the offsets from which they read their segments, as of the last
  /// checkpoint or acquisition; -1: read to the end.
  package internal(set) var assigned: [String: [Segment: Int64]] = [:]
  /// Segments that wait for a reader.
  package internal(set) var unassigned: [Segment: Int64] = [:]
  /// Segments that may be read when the segments of given ids have been completed.
  package internal(set) var future: [Segment: Set<Int64>] = [:]
  /// Where the group stood when readers last said so.
  package internal(set) var lastRead: [Segment: Int64] = [:]
  /// Where reading ends, in segments for which that was given.
  package internal(set) var endSegments: [Segment: Int64] = [:]
  /// The routing keys of segments, as far as they are known.
  package internal(set) var ranges: [Segment: KeyRange] = [:]
  package internal(set) var checkpoints = CheckpointState()
  /// Whether a reset is under way.
  package internal(set) var isUpdatingConfig = false

  /// Readers that are less behind than this count as equal.
  package static let minDistance: Int64 = 30_000

  package init(_ start: ReaderGroupStart) {
    config = start.config
    for (segment, offset) in start.startingSegments {
      unassigned[segment.segment] = offset
      ranges[segment.segment] = segment.range
    }
    lastRead = unassigned
    endSegments = start.endSegments
    isUpdatingConfig = start.isUpdatingConfig
  }
}

extension ReaderGroupState {
  package var onlineReaders: Dictionary<String, [Segment: Int64]>.Keys { assigned.keys }

  package func isOnline(_ reader: String) -> Bool { assigned[reader] != nil }

  /// The segments that are readable now, by anybody.
  package var segmentCount: Int { assigned.values.reduce(unassigned.count) { $0 + $1.count } }

  /// Whether every segment has been read to where reading ends.
  package var isEndOfData: Bool {
    future.isEmpty && unassigned.isEmpty && assigned.values.allSatisfy(\.isEmpty)
  }

  /// Where the group stands: assigned segments as of the last checkpoint, and the others.
  package var positions: [Segment: Int64] {
    assigned.values.reduce(into: unassigned) { all, mine in all.merge(mine) { $1 } }
  }

  /// The streams with segments to read.
  package var streams: Set<PravegaStream> { Set(positions.keys.map(\.pravegaStream)) }

  package func withRange(_ segment: Segment) -> SegmentWithRange {
    SegmentWithRange(segment, ranges[segment])
  }

  /// The share of the group's work that each reader has, 0 for those that have none.
  ///
  /// The product wraps around for readers that have just joined, whose distance is the largest
  /// number: Java's does too, and the readers must rank each other alike.
  package var relativeSizes: [String: Double] {
    let busy = assigned.filter { !$0.value.isEmpty }.keys
    let largest = busy.map(effectiveDistance).max() ?? Self.minDistance
    return assigned.mapWithKey { reader, segments in
      guard !segments.isEmpty else { return 0 }
      return Double(Int64(segments.count) &* effectiveDistance(reader)) / Double(largest)
    }
  }

  private func effectiveDistance(_ reader: String) -> Int64 {
    max(Self.minDistance, distances[reader] ?? .max)
  }

  /// The place of a reader when all are ordered by size, largest first; -1 when it is offline.
  package func ranking(of reader: String) -> Int {
    let sizes = relativeSizes
    guard let own = sizes[reader] else { return -1 }
    return sizes.count { $0.value > own || $0.value == own && $0.key < reader }
  }
}
