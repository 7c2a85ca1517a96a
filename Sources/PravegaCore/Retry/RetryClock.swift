// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// Time and chance as the retry loops see them; tests put their own in its place.
package struct RetryClock: Sendable {
  package var now: @Sendable () -> Deadline
  /// Waits until the moment has come; false when waiting was ended by a close.
  package var pause: @Sendable (Deadline) -> Bool
  /// A number in 0 ..< 1.
  package var random: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> Deadline, pause: @escaping @Sendable (Deadline) -> Bool,
    random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.pause = pause
    self.random = random
  }

  /// The real clock; a close of `signal` ends every wait.
  package static func system(_ signal: ClosingSignal) -> RetryClock {
    RetryClock(
      now: { .now },
      pause: { moment in
        signal.pause(moment.remaining)
        return !signal.hasClosed
      }, random: { Double.random(in: 0..<1) })
  }
}
