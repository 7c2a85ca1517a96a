// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// How fast a connection's append blocks went in the last round: from an empty connection until all
/// of it was acknowledged.
///
/// A writer that is much faster than a round trip would send many small blocks, and each costs both
/// ends system calls and a wake-up. After a fast round the connection lets more events gather for
/// a moment, so brief that it shows in no percentile of such a load; after a slow one it never
/// waits. Plain state under its connection's lock.
struct SendingPace {
  /// Bytes per second from which blocks fill faster than they are worth sending half empty.
  static let fastBytesPerSecond: Int64 = 64 << 20
  /// Rounds with less than this say nothing about a rate.
  static let leastByteCount: Int64 = 8 << 10
  /// How long events gather after a fast round.
  static let gatheringPause = Duration.microseconds(100)

  private var began: Deadline?
  private var byteCount: Int64 = 0

  /// Bytes go out.
  mutating func sent(_ count: Int, at now: @autoclosure () -> Deadline) {
    if began == nil { began = now() }
    byteCount &+= Int64(count)
  }

  /// Everything that was sent is acknowledged: whether to let events gather now.
  mutating func endRound(at now: @autoclosure () -> Deadline) -> Bool {
    guard let began else { return false }
    defer {
      self.began = nil
      byteCount = 0
    }
    guard byteCount >= Self.leastByteCount else { return false }
    let (scaled, overflow) = byteCount.multipliedReportingOverflow(by: 1_000_000_000)
    let nanoseconds = max(1, now().nanoseconds - began.nanoseconds)
    return overflow || scaled / nanoseconds >= Self.fastBytesPerSecond
  }
}
