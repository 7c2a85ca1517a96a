// SPDX-License-Identifier: Apache-2.0

/// The part of the routing keys' space [0, 1] that a segment serves.
///
/// Which of two neighbours a key on their border belongs to is decided by the upper ends alone,
/// which are inclusive.
public struct KeyRange: Sendable, Hashable, CustomStringConvertible {
  /// The lower end.
  public let low: Double
  /// The upper end, inclusive.
  public let high: Double

  /// Creates a range.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// All routing keys.
  public static let full = KeyRange(low: 0, high: 1)

  /// Reads the stored form, in which negative or impossible ends mean that nobody knows.
  package init?(storedLow low: Double, high: Double) {
    guard low >= 0, high >= 0 else { return nil }
    self.init(low: low, high: high)
  }

  /// What stands in stored forms for a range that nobody knows.
  package static let unknown = KeyRange(low: -1, high: -1)

  /// Whether the insides of the ranges have something in common.
  package func overlaps(_ other: KeyRange) -> Bool { high > other.low && low < other.high }

  /// The text `low-high`.
  public var description: String { "\(low)-\(high)" }
}

/// A segment with the routing keys that it serves.
public struct SegmentWithRange: Sendable, Hashable {
  /// The segment.
  public let segment: Segment
  /// The routing keys; nil when they are not known.
  public let range: KeyRange?

  /// Creates the pair.
  public init(_ segment: Segment, _ range: KeyRange?) {
    self.segment = segment
    self.range = range
  }
}
