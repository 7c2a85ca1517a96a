// SPDX-License-Identifier: Apache-2.0

/// Counts times by size, to within one percent, in memory that does not grow.
///
/// Below 256 ns every nanosecond has a bucket; above, each power of two is cut into 128. Recording
/// allocates nothing, so that measuring does not show in what is measured.
package struct Histogram: Sendable {
  private static let subBits = 7
  /// 2^42 ns are 73 minutes; longer ones land in the last bucket and in ``maximum``.
  private static let highestPower = 42

  private static let bucketCount = (highestPower - subBits + 1) << subBits

  private var buckets = [UInt64](
    repeating: 0, count: Histogram.bucketCount)
  package private(set) var count: UInt64 = 0
  package private(set) var maximum: UInt64 = 0
  private var sum: Double = 0

  package init() {}

  package mutating func record(nanoseconds value: UInt64) {
    buckets[Histogram.index(of: value)] += 1
    count += 1
    sum += Double(value)
    if value > maximum { maximum = value }
  }

  package mutating func add(_ other: Histogram) {
    for index in buckets.indices { buckets[index] += other.buckets[index] }
    count += other.count
    sum += other.sum
    maximum = max(maximum, other.maximum)
  }

  package var mean: Double { count == 0 ? 0 : sum / Double(count) }

  /// The time that `fraction` of all times do not exceed; 0 when nothing was recorded.
  package func percentile(_ fraction: Double) -> UInt64 {
    guard count > 0 else { return 0 }
    let rank = UInt64(max(1, (min(1, fraction) * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for index in buckets.indices {
      seen += buckets[index]
      if seen >= rank { return min(maximum, Histogram.upperBound(of: index)) }
    }
    return maximum
  }

  /// The same in milliseconds.
  package func milliseconds(_ fraction: Double) -> Double { Double(percentile(fraction)) / 1e6 }

  static func index(of value: UInt64) -> Int {
    let power = UInt64.bitWidth - value.leadingZeroBitCount - 1
    guard power > subBits else { return Int(value) }
    guard power < highestPower else { return bucketCount - 1 }
    let shift = power - subBits
    return (shift << subBits) + Int(value >> UInt64(shift))
  }

  static func upperBound(of index: Int) -> UInt64 {
    let row = index >> subBits
    guard row > 1 else { return UInt64(index) }
    let shift = UInt64(row - 1)
    let low = UInt64((index & ((1 << subBits) - 1)) + (1 << subBits))
    return ((low + 1) << shift) - 1
  }
}
