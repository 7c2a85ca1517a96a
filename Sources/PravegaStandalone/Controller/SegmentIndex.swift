// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// Segments by key range, to find those that overlap another one without a look at all of them:
/// streams have thousands of segments, and cuts come from clients.
struct SegmentIndex {
  /// By the lower end of their ranges.
  private let segments: [SegmentRecord]
  /// The highest upper end of the segments up to each.
  private let highest: [Double]

  init(_ unsorted: some Sequence<SegmentRecord>) {
    segments = unsorted.sorted { ($0.range.low, $0.id) < ($1.range.low, $1.id) }
    var end = -Double.infinity
    highest = segments.map { segment in
      end = max(end, segment.range.high)
      return end
    }
  }

  /// Whether `condition` holds for each of the segments that overlap `segment`. They come from the
  /// highest to the lowest; the first that fails is the last.
  func overlapping(
    _ segment: SegmentRecord, allSatisfy condition: (SegmentRecord) -> Bool
  ) -> Bool {
    var index = count(below: segment.range.high)
    while index > 0, highest[index - 1] > segment.range.low {
      index -= 1
      if segments[index].overlaps(segment), !condition(segments[index]) { return false }
    }
    return true
  }

  /// How many segments begin below a key.
  private func count(below key: Double) -> Int {
    var low = 0
    var high = segments.count
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].range.low < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
