// SPDX-License-Identifier: Apache-2.0

/// How readers share segments: Java's rules, because readers of both must come to rest together.
extension ReaderGroupState {
  /// How many unassigned segments a reader may take now.
  package func segmentsToAcquire(by reader: String) -> Int {
    Self.segmentsToAcquire(
      readers: assigned.count, owned: assigned[reader]?.count ?? 0, unassigned: unassigned.count,
      total: segmentCount)
  }

  package static func segmentsToAcquire(
    readers: Int, owned: Int, unassigned: Int, total: Int
  ) -> Int {
    guard unassigned > 0, readers > 0 else { return 0 }
    let fairShare = Int((Float(total) / Float(readers) + 0.5).rounded(.down))
    return max(1, unassigned / readers, min(unassigned, fairShare - owned))
  }

  /// Whether a reader has so much more than another that it should give something up.
  package func ownsTooMany(_ reader: String) -> Bool {
    guard let owned = assigned[reader]?.count, owned >= 2 else { return false }
    let sizes = relativeSizes
    guard let own = sizes[reader], let least = sizes.values.min() else { return false }
    return own > least + Double(max(1, unassigned.count))
  }

  /// The segment that a reader would give up first; readers differ in their choices.
  package func segmentToRelease(by reader: String) -> Segment? {
    assigned[reader]?.keys.max {
      SegmentHash.releasePreference(of: $0, reader: reader)
        < SegmentHash.releasePreference(of: $1, reader: reader)
    }
  }
}
