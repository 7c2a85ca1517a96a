// SPDX-License-Identifier: Apache-2.0

package import Glibc

/// A point of the monotonic clock by which something has to be done.
@usableFromInline
package struct Deadline: Sendable, Hashable, Comparable {
  /// Nanoseconds of `CLOCK_MONOTONIC`; `Int64.max` means never.
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// A deadline that never passes.
  package static let distantFuture = Deadline(nanoseconds: .max)

  /// The present moment: a deadline that has passed already.
  package static var now: Deadline {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Deadline(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// The present moment as of the kernel's last tick, some milliseconds ago at most: a quarter of
  /// the cost of ``now``.
  package static var recently: Deadline {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return Deadline(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// The moment `duration` from now. Durations beyond some centuries mean never.
  package static func after(_ duration: Duration) -> Deadline { now.advanced(by: duration) }

  package static func earlier(_ a: Deadline, _ b: Deadline) -> Deadline { min(a, b) }

  @usableFromInline
  package static func < (a: Deadline, b: Deadline) -> Bool { a.nanoseconds < b.nanoseconds }

  package func advanced(by duration: Duration) -> Deadline {
    guard self != .distantFuture else { return self }
    let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.saturatingNanoseconds)
    guard overflow else { return Deadline(nanoseconds: max(0, sum)) }
    return duration < .zero ? Deadline(nanoseconds: 0) : .distantFuture
  }

  package var hasPassed: Bool { self != .distantFuture && Deadline.now >= self }

  /// Time left; zero when the deadline has passed.
  package var remaining: Duration {
    guard self != .distantFuture else { return .nanoseconds(Int64.max) }
    return .nanoseconds(max(0, nanoseconds - Deadline.now.nanoseconds))
  }

  /// Time-out argument for `poll()`: -1 for never, rounded up so that nobody spins.
  package var pollTimeoutMilliseconds: Int32 {
    guard self != .distantFuture else { return -1 }
    let left = max(0, nanoseconds - Deadline.now.nanoseconds)
    return Int32(clamping: left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1))
  }

  package var monotonicTimespec: timespec {
    timespec(
      tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  }
}

extension Duration {
  /// The duration in nanoseconds, clamped to what 64 bits hold.
  package var saturatingNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, overflow2) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return overflow2 ? (seconds < 0 ? .min : .max) : sum
  }

  /// The duration in seconds, for messages and statistics.
  package var seconds: Double { Double(saturatingNanoseconds) / 1e9 }
}
