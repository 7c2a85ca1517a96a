// SPDX-License-Identifier: Apache-2.0

/// A segment, shared by all that name it, so that naming it costs one reference.
final class SharedSegment: Sendable {
  let segment: Segment

  init(_ segment: Segment) { self.segment = segment }
}

/// What the positions of one turn have in common: all offsets but that of the turn's segment.
final class PositionTurn: Sendable {
  let snapshot: PositionSnapshot
  /// The segment whose offset comes with the position; nil when the snapshot says everything.
  let shared: SharedSegment?

  init(_ snapshot: PositionSnapshot, _ shared: SharedSegment? = nil) {
    self.snapshot = snapshot
    self.shared = shared
  }
}

/// Where a reader stood at some moment, made so that one per event costs next to nothing.
///
/// A reader takes many events from one segment before it goes to the next. So a position is a
/// snapshot of the other segments, shared by all events of that turn, and one offset. Snapshots
/// lead back to earlier ones, a bounded number of steps, and are put together when asked for.
// Immutable, so it can be shared.
final class PositionSnapshot: Sendable {
  private let parent: PositionSnapshot?
  private let whole: [Segment: Int64]
  private let segment: Segment?
  private let offset: Int64
  private let ranges: [Segment: KeyRange]
  /// How many steps lead back to a whole snapshot.
  private let depth: Int

  static let maxDepth = 256

  /// A whole snapshot.
  init(_ offsets: [Segment: Int64], ranges: [Segment: KeyRange]) {
    parent = nil
    whole = offsets
    segment = nil
    offset = 0
    depth = 0
    self.ranges = ranges
  }

  private init(_ parent: PositionSnapshot, _ segment: Segment, _ offset: Int64) {
    self.parent = parent
    self.segment = segment
    self.offset = offset
    whole = [:]
    ranges = [:]
    depth = parent.depth + 1
  }

  /// The snapshot with another offset in one segment; nil when it is time for a whole one.
  func with(_ segment: Segment, at offset: Int64) -> PositionSnapshot? {
    depth < Self.maxDepth ? PositionSnapshot(self, segment, offset) : nil
  }

  /// The offsets of all segments, put together.
  var offsets: [Segment: Int64] {
    var later: [Segment: Int64] = [:]
    var snapshot = self
    while let parent = snapshot.parent, let segment = snapshot.segment {
      if later[segment] == nil { later[segment] = snapshot.offset }
      snapshot = parent
    }
    return snapshot.whole.merging(later) { $1 }
  }

  var knownRanges: [Segment: KeyRange] {
    var snapshot = self
    while let parent = snapshot.parent { snapshot = parent }
    return snapshot.ranges
  }
}
