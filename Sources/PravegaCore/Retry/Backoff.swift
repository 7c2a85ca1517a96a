// SPDX-License-Identifier: Apache-2.0

/// Counts the attempts at one thing and says how long to wait before the next.
///
/// Waits are spread over the upper half of what the policy says, so that a thousand clients that
/// lost the same server do not come back at the same moment.
package struct Backoff: Sendable {
  package let policy: RetryPolicy
  /// The attempts begun so far.
  package private(set) var attempts = 0

  package init(_ policy: RetryPolicy) { self.policy = policy }

  /// Begins another attempt.
  ///
  /// - Parameter random: a number in 0 ..< 1.
  /// - Returns: how long to wait before it, nil when there are no more.
  package mutating func next(random: Double) -> Duration? {
    guard let delay = policy.delay(beforeAttempt: attempts + 1) else { return nil }
    attempts += 1
    return delay * (0.5 + 0.5 * min(max(random, 0), 1))
  }
}
