// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The time of day, for what other machines stamp with it. Never for waiting.
package enum WallClock {
  package static var secondsSince1970: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec)
  }
}

extension WallClock {
  /// Milliseconds since 1970, the unit of writers' times and of Java's `currentTimeMillis`.
  package static var milliseconds: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
