// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Milliseconds since 1970, for what clients are shown.
func wallClockMilliseconds() -> Int64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) &* 1000 &+ Int64(now.tv_nsec) / 1_000_000
}
