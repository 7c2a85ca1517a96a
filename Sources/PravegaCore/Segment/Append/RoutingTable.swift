// SPDX-License-Identifier: Apache-2.0

/// Which segment writer takes which part of the key space.
///
/// The key space is cut into buckets, a few times as many as there are segments, and each knows the
/// first segment it has to do with. With ranges of equal width a look-up so needs no search.
// @unchecked: the entries never change after init.
@safe
struct RoutingTable: @unchecked Sendable {
  /// Bounds and lanes side by side in plain memory, so that a look-up counts no references.
  @safe
  private struct Entry {
    let upperBound: Double
    let lane: UnsafeMutablePointer<WriteLane>
  }

  // @unchecked: never changed after init.
  @safe
  private final class Entries: @unchecked Sendable {
    let base: UnsafeMutablePointer<Entry>
    /// For each bucket the first entry that may take one of its keys, and one more.
    let buckets: UnsafeMutablePointer<UInt32>
    let bucketCount: Int
    let appenders: [SegmentAppender]

    init(_ entries: [(upperBound: Double, appender: SegmentAppender)]) {
      appenders = entries.map(\.appender)
      unsafe base = .allocate(capacity: max(1, entries.count))
      for (index, entry) in entries.enumerated() {
        unsafe (base + index).initialize(
          to: Entry(upperBound: entry.upperBound, lane: entry.appender.lane))
      }
      var count = 16
      while count < entries.count * 4, count < 1 << 16 { count *= 2 }
      bucketCount = count
      unsafe buckets = .allocate(capacity: count + 1)
      var first = 0
      for bucket in 0...count {
        let low = Double(bucket) / Double(count)
        while first < entries.count - 1, entries[first].upperBound < low { first += 1 }
        unsafe (buckets + bucket).initialize(to: UInt32(truncatingIfNeeded: first))
      }
    }

    deinit {
      unsafe base.deallocate()
      unsafe buckets.deallocate()
    }
  }

  private let entries: Entries?
  /// Those of ``entries``, which keeps them alive.
  private let base: UnsafeMutablePointer<Entry>?
  private let buckets: UnsafeMutablePointer<UInt32>?
  private let bucketCount: Double

  init() {
    entries = nil
    unsafe base = nil
    unsafe buckets = nil
    bucketCount = 0
  }

  /// - Parameter entries: ascending, disjoint; the last upper bound is 1.
  init(_ entries: [(upperBound: Double, appender: SegmentAppender)]) {
    let kept = entries.isEmpty ? nil : Entries(entries)
    self.entries = kept
    unsafe base = kept?.base
    unsafe buckets = kept?.buckets
    bucketCount = Double(kept?.bucketCount ?? 0)
  }

  var isEmpty: Bool { entries == nil }
  var appenders: [SegmentAppender] { entries?.appenders ?? [] }

  /// The segment writer with the smallest upper bound at or above `fraction`.
  func appender(for fraction: Double) -> SegmentAppender? {
    guard let entries else { return nil }
    return entries.appenders[unsafe index(of: fraction, entries.base, entries.buckets)]
  }

  /// The lane of that segment writer; valid as long as this table is.
  @inline(__always)
  func lane(for fraction: Double) -> UnsafeMutablePointer<WriteLane>? {
    guard let base = unsafe base, let buckets = unsafe buckets else { return nil }
    return unsafe base[index(of: fraction, base, buckets)].lane
  }

  @inline(__always)
  private func index(
    of fraction: Double, _ base: UnsafeMutablePointer<Entry>,
    _ buckets: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let bucket = Int(max(0, min(fraction, 1 - 0x1p-52)) * bucketCount)
    var low = unsafe Int(buckets[bucket])
    var high = unsafe Int(buckets[bucket + 1])
    // Narrow ranges side by side: halves until few are left.
    while high - low > 4 {
      let middle = (low + high) / 2
      if unsafe base[middle].upperBound < fraction { low = middle + 1 } else { high = middle }
    }
    while low < high, unsafe base[low].upperBound < fraction { low += 1 }
    return low
  }
}
