// SPDX-License-Identifier: Apache-2.0

/// Which segment writer takes which part of the key space.
struct RoutingTable: Sendable {
  private var upperBounds: [Double] = []
  private(set) var appenders: [SegmentAppender] = []

  init() {}

  /// - Parameter entries: ascending, disjoint; the last upper bound is 1.
  init(_ entries: [(upperBound: Double, appender: SegmentAppender)]) {
    upperBounds = entries.map(\.upperBound)
    appenders = entries.map(\.appender)
  }

  var isEmpty: Bool { appenders.isEmpty }

  /// The segment writer with the smallest upper bound at or above `fraction`.
  @inline(__always)
  func appender(for fraction: Double) -> SegmentAppender? {
    var low = 0
    var high = upperBounds.count
    while low < high {
      let middle = (low + high) / 2
      if upperBounds[middle] < fraction { low = middle + 1 } else { high = middle }
    }
    return low < appenders.count ? appenders[low] : appenders.last
  }
}
