// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// The segments of one reader: those it has open, and those it has read to their end.
struct OpenSegments<Opener: SegmentOpening> {
  /// An open segment.
  final class Slot {
    let token: Int
    let segment: Segment
    /// The same, shared by all positions and pointers of its events.
    let shared: SharedSegment
    let source: Opener.Source
    /// After the last event that was returned.
    // Only the thread that has the reader's turn touches it.
    @exclusivity(unchecked) var offset: Int64

    init(token: Int, segment: Segment, source: Opener.Source, offset: Int64) {
      self.token = token
      self.segment = segment
      shared = SharedSegment(segment)
      self.source = source
      unsafe self.offset = offset
    }
  }

  private let opener: Opener
  private let queue: ReadyQueue
  private let bufferSize: Int
  private var slots: [Int: Slot] = [:]
  private var tokens: [Segment: Int] = [:]
  private var ends: [Segment: Int64] = [:]
  private var nextToken = 0
  private(set) var finished: [Segment: Int64] = [:]
  private(set) var ranges: [Segment: KeyRange] = [:]

  init(_ opener: Opener, queue: ReadyQueue, bufferSize: Int) {
    self.opener = opener
    self.queue = queue
    self.bufferSize = bufferSize
  }

  subscript(token: Int) -> Slot? { slots[token] }

  /// The next offset in every segment.
  var offsets: [Segment: Int64] {
    slots.values.reduce(into: finished) { $0[$1.segment] = unsafe $1.offset }
  }

  /// Closes what the reader does not own any more and opens what it owns now.
  mutating func align(_ outcome: ReaderGroupRound.Outcome) throws {
    for segment in outcome.released { drop(segment) }
    for segment in Array(tokens.keys) where outcome.owned[segment] == nil { drop(segment) }
    finished = finished.filter { outcome.owned[$0.key] != nil }
    ranges = outcome.ranges
    ends = outcome.ends
    for (segment, offset) in outcome.owned
    where tokens[segment] == nil && finished[segment] == nil {
      try open(segment, at: offset)
    }
  }

  /// Opens a segment anew where it is, after its source has given up.
  mutating func reopen(_ slot: Slot) throws {
    close(slot.segment)
    unsafe try open(slot.segment, at: slot.offset)
  }

  private mutating func open(_ segment: Segment, at offset: Int64) throws {
    let end = ends[segment] ?? .max
    guard offset >= 0, offset < end || end == .max else {
      finished[segment] = offset
      return
    }
    let token = nextToken
    nextToken += 1
    let source = try opener.open(
      SegmentOpenRequest(
        segment: segment, offset: offset, endOffset: end, bufferSize: bufferSize,
        ready: ReadyMark(queue, token: token)))
    slots[token] = Slot(token: token, segment: segment, source: source, offset: offset)
    tokens[segment] = token
  }

  private mutating func drop(_ segment: Segment) {
    finished[segment] = nil
    close(segment)
  }

  private mutating func close(_ segment: Segment) {
    guard let token = tokens.removeValue(forKey: segment) else { return }
    slots.removeValue(forKey: token)?.source.close()
  }

  /// Notes that a segment has nothing more to give.
  mutating func finish(_ slot: Slot, at offset: Int64) {
    finished[slot.segment] = offset
    close(slot.segment)
  }

  mutating func closeAll() {
    for segment in Array(tokens.keys) { close(segment) }
  }
}
