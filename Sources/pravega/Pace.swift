// SPDX-License-Identifier: Apache-2.0

import Glibc

/// When each event of a run at a fixed rate is due, on the monotonic clock in nanoseconds.
struct Pace: Sendable {
  private let start: UInt64
  private let period: Double

  /// - Parameter perSecond: More than 0.
  init(perSecond: Double, start: UInt64 = Pace.now()) {
    self.start = start
    period = 1e9 / perSecond
  }

  static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  func due(_ index: Int) -> UInt64 { start + UInt64(Double(index) * period) }

  /// Blocks until the event is due; not at all when it is late.
  func wait(for index: Int) {
    let due = due(index)
    guard due > Pace.now() else { return }
    var time = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
    while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }
}
