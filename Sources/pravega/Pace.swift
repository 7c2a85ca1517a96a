// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What a benchmark goes by: a monotonic clock in nanoseconds, or a test's own.
struct BenchClock: Sendable {
  var now: @Sendable () -> UInt64
  var pause: @Sendable (_ until: UInt64) -> Void

  static let monotonic = BenchClock(
    now: {
      var time = timespec()
      unsafe clock_gettime(CLOCK_MONOTONIC, &time)
      return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    },
    pause: { until in
      var time = timespec(tv_sec: Int(until / 1_000_000_000), tv_nsec: Int(until % 1_000_000_000))
      while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    })
}

/// When each event of a run at a fixed rate is due.
struct Pace: Sendable {
  private let clock: BenchClock
  private let start: UInt64
  private let period: Double

  /// The first event is due now.
  ///
  /// - Parameter perSecond: More than 0.
  init(perSecond: Double, _ clock: BenchClock) {
    self.clock = clock
    start = clock.now()
    period = 1e9 / perSecond
  }

  func due(_ index: Int) -> UInt64 { start + UInt64(Double(index) * period) }

  /// Blocks until the event is due; not at all when it is late.
  func wait(for index: Int) {
    let due = due(index)
    if due > clock.now() { clock.pause(due) }
  }
}
