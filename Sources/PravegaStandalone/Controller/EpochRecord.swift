// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// The segments of a stream between two changes of them.
package struct EpochRecord: Sendable {
  package let number: Int32
  /// The epoch that this one copies after a rolling transaction; otherwise its own number.
  package let reference: Int32
  /// Sorted by range.
  package let segments: [SegmentRecord]
  /// Places in the list by id, where the list is too long to be searched.
  private let places: [Int64: Int]
  private static let longestSearch = 16

  init(number: Int32 = 0, reference: Int32? = nil, segments: [SegmentRecord]) {
    let sorted = segments.sorted { $0.range.low < $1.range.low }
    self.number = number
    self.reference = reference ?? number
    self.segments = sorted
    guard sorted.count > EpochRecord.longestSearch else {
      places = [:]
      return
    }
    places = Dictionary(sorted.enumerated().map { ($1.id, $0) }) { first, _ in first }
  }

  func segment(_ id: Int64) -> SegmentRecord? {
    if places.isEmpty { return segments.first { $0.id == id } }
    return places[id].map { segments[$0] }
  }

  var highestNumber: Int32 { segments.map(\.number).max() ?? -1 }
}
