// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// How often something is tried and how the waits between attempts grow, in the terms of Java's
/// settings.
package struct RetryPolicy: Sendable, Hashable {
  /// The first wait.
  package var initialDelay: Duration
  /// By what each wait is longer than the one before; below 1 counts as 1.
  package var multiplier: Int
  /// How many attempts there are, the first included; at least one is made.
  package var attempts: Int
  /// The longest wait.
  package var maxDelay: Duration
  /// Whether the first attempt waits too, as long as the second.
  package var delaysFirst: Bool

  package init(
    initialDelay: Duration, multiplier: Int, attempts: Int, maxDelay: Duration,
    delaysFirst: Bool = false
  ) {
    self.initialDelay = initialDelay
    self.multiplier = multiplier
    self.attempts = attempts
    self.maxDelay = maxDelay
    self.delaysFirst = delaysFirst
  }

  /// The wait before an attempt, counted from 1; nil when there is no such attempt.
  package func delay(beforeAttempt attempt: Int) -> Duration? {
    guard attempt >= 1, attempt <= max(1, attempts) else { return nil }
    if attempt == 1 { return delaysFirst ? initialDelay : .zero }
    var nanoseconds = initialDelay.saturatingNanoseconds
    let limit = maxDelay.saturatingNanoseconds
    let factor = Int64(max(1, multiplier))
    // The wait stops to grow at the limit, so this ends long before the attempts do.
    for _ in 0..<(attempt - 2) {
      guard factor > 1, nanoseconds > 0, nanoseconds < limit else { break }
      let (product, overflow) = nanoseconds.multipliedReportingOverflow(by: factor)
      nanoseconds = overflow ? limit : product
    }
    // Java takes the first wait as it is, even if it is longer than the limit.
    return .nanoseconds(attempt == 2 ? nanoseconds : min(nanoseconds, limit))
  }
}

extension RetryPolicy {
  /// Java's default for event writers and calls of the controller.
  package static let standard = RetryPolicy(
    initialDelay: .milliseconds(1), multiplier: 10, attempts: 10, maxDelay: .seconds(20))
  /// Java's default for reading a segment.
  package static let segmentRead = RetryPolicy(
    initialDelay: .milliseconds(1), multiplier: 10, attempts: 9, maxDelay: .seconds(30))
  /// Java's default for asking about a segment.
  package static let segmentMetadata = RetryPolicy(
    initialDelay: .milliseconds(1), multiplier: 10, attempts: 10, maxDelay: .seconds(30))
  /// Java's default for key-value tables.
  package static let table = RetryPolicy(
    initialDelay: .milliseconds(10), multiplier: 4, attempts: 10, maxDelay: .seconds(30))
  /// This library's own: as many attempts as fit before the deadline, waits of at most 10 s.
  package static let untilDeadline = RetryPolicy(
    initialDelay: .milliseconds(5), multiplier: 3, attempts: .max, maxDelay: .seconds(10))
}
