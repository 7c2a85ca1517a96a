// SPDX-License-Identifier: Apache-2.0

package import PravegaCore

/// A segment of a stream: its identity and the part of the key space that it holds.
package struct SegmentRecord: Hashable, Sendable {
  package let number: Int32
  /// The epoch in which the segment was made; it may live through later ones.
  package let creationEpoch: Int32
  package let range: KeyRange

  package init(number: Int32, creationEpoch: Int32, range: KeyRange) {
    self.number = number
    self.creationEpoch = creationEpoch
    self.range = range
  }

  package var id: Int64 { Segment.id(number: number, epoch: creationEpoch) }

  func name(in stream: StreamKey) -> String { SegmentRecord.name(id, in: stream) }

  func overlaps(_ other: SegmentRecord) -> Bool { range.overlaps(other.range) }

  /// The same part of the key space as a segment of another epoch.
  func copy(in epoch: Int32) -> SegmentRecord {
    SegmentRecord(number: number, creationEpoch: epoch, range: range)
  }

  static func name(_ id: Int64, in stream: StreamKey) -> String {
    Segment(scope: stream.scope, stream: stream.name, segmentID: id).qualifiedName
  }

  static func epoch(of id: Int64) -> Int32 { Int32(truncatingIfNeeded: id >> 32) }
}

extension KeyRange {
  /// The key space in equal parts. Neighbours share their border to the bit, and the last part
  /// ends at exactly 1, where plain multiplication falls short for 49, 98 and other counts.
  static func equalParts(_ count: Int32) -> [KeyRange] {
    let width = 1.0 / Double(count)
    return (0..<count).map { index in
      KeyRange(
        low: Double(index) * width,
        high: index == count - 1 ? 1.0 : Double(index + 1) * width)
    }
  }

  /// Ranges sorted and joined where one ends exactly at the start of the next.
  static func joined(_ ranges: [KeyRange]) -> [KeyRange] {
    var result: [KeyRange] = []
    for range in ranges.sorted(by: { $0.low < $1.low }) {
      if let last = result.last, last.high == range.low {
        result[result.count - 1] = KeyRange(low: last.low, high: range.high)
      } else {
        result.append(range)
      }
    }
    return result
  }
}
