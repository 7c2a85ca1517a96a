// SPDX-License-Identifier: Apache-2.0

/// A record in the state stream of a reader group.
///
/// Java's names and type ids. Every reader reads all records in the same order and comes to the
/// same ``ReaderGroupState``.
package enum ReaderGroupUpdate: Sendable, Hashable {
  /// 0: a new beginning; readers have to join anew.
  case start(ReaderGroupStart)
  /// 1: the whole state, so that what was before can be forgotten.
  case compact(ReaderGroupState)
  /// 2
  case addReader(String)
  /// 3: with where the reader stood, as far as somebody knows.
  case removeReader(String, offsets: [Segment: Int64])
  /// 4
  case releaseSegment(reader: String, Segment, offset: Int64)
  /// 5
  case acquireSegment(reader: String, Segment)
  /// 6: how far behind a reader is, and where the group stands in its segments.
  case updateDistanceToTail(reader: String, distance: Int64, lastRead: [SegmentOffset])
  /// 7: successors come with the ids of all of their predecessors.
  case segmentCompleted(reader: String, SegmentWithRange, successors: [Successor])
  /// 8
  case checkpointReader(checkpoint: String, reader: String, offsets: [Segment: Int64])
  /// 9
  case createCheckpoint(String)
  /// 10
  case clearCheckpointsBefore(String)
  /// 11
  case updateCheckpointPublished(Bool)
  /// 12
  case updatingConfig(Bool)
  /// 13
  case removeOutstandingCheckpoints

  /// Where the group stands in a segment.
  package struct SegmentOffset: Sendable, Hashable {
    package let segment: SegmentWithRange
    package let offset: Int64

    package init(_ segment: SegmentWithRange, _ offset: Int64) {
      self.segment = segment
      self.offset = offset
    }
  }

  /// A segment that follows completed ones.
  package struct Successor: Sendable, Hashable {
    package let segment: SegmentWithRange
    package let predecessorIDs: [Int64]

    package init(_ segment: SegmentWithRange, predecessorIDs: [Int64]) {
      self.segment = segment
      self.predecessorIDs = predecessorIDs
    }
  }
}

/// The beginning of a reader group, or of a new generation of it.
package struct ReaderGroupStart: Sendable, Hashable {
  package let config: ReaderGroupConfig
  package let startingSegments: [SegmentWithRange: Int64]
  /// Where reading ends; `Int64.max` stands for the end of the segment.
  package let endSegments: [Segment: Int64]
  package let isUpdatingConfig: Bool

  package init(
    config: ReaderGroupConfig, startingSegments: [SegmentWithRange: Int64],
    endSegments: [Segment: Int64], isUpdatingConfig: Bool = false
  ) {
    self.config = config
    self.startingSegments = startingSegments
    self.endSegments = endSegments
    self.isUpdatingConfig = isUpdatingConfig
  }
}
