// SPDX-License-Identifier: Apache-2.0

/// Which segment writer takes which part of the key space.
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
    let appenders: [SegmentAppender]

    init(_ entries: [(upperBound: Double, appender: SegmentAppender)]) {
      appenders = entries.map(\.appender)
      unsafe base = .allocate(capacity: max(1, entries.count))
      for (index, entry) in entries.enumerated() {
        unsafe (base + index).initialize(
          to: Entry(upperBound: entry.upperBound, lane: entry.appender.lane))
      }
    }

    deinit { unsafe base.deallocate() }
  }

  private let entries: Entries?
  /// Those of ``entries``, which keeps them alive.
  private let base: UnsafeMutablePointer<Entry>?
  private let count: Int

  init() {
    entries = nil
    unsafe base = nil
    count = 0
  }

  /// - Parameter entries: ascending, disjoint; the last upper bound is 1.
  init(_ entries: [(upperBound: Double, appender: SegmentAppender)]) {
    let kept = entries.isEmpty ? nil : Entries(entries)
    self.entries = kept
    unsafe base = kept?.base
    count = entries.count
  }

  var isEmpty: Bool { count == 0 }
  var appenders: [SegmentAppender] { entries?.appenders ?? [] }

  /// The segment writer with the smallest upper bound at or above `fraction`.
  func appender(for fraction: Double) -> SegmentAppender? {
    guard let entries else { return nil }
    return entries.appenders[unsafe index(of: fraction, in: entries.base)]
  }

  /// The lane of that segment writer; valid as long as this table is.
  @inline(__always)
  func lane(for fraction: Double) -> UnsafeMutablePointer<WriteLane>? {
    guard let base = unsafe base else { return nil }
    return unsafe base[index(of: fraction, in: base)].lane
  }

  /// Halves without branches: random keys would mispredict every second one.
  @inline(__always)
  private func index(of fraction: Double, in base: UnsafeMutablePointer<Entry>) -> Int {
    var low = 0
    var left = count
    while left > 1 {
      let half = left &>> 1
      low &+= unsafe base[low &+ half &- 1].upperBound < fraction ? half : 0
      left &-= half
    }
    return low
  }
}
