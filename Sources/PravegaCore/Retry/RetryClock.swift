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
  package static func system(_ signal: CloseSignal) -> RetryClock {
    RetryClock(
      now: { .now }, pause: { signal.wait(until: $0) }, random: { Double.random(in: 0..<1) })
  }
}

/// Lets waits end early because what they wait for is being closed.
package final class CloseSignal: Sendable {
  private let monitor = Monitor(false)

  package init() {}

  package var isClosed: Bool { monitor.withLock { $0 } }

  /// Ends all waits, now and in future. True for the first caller.
  @discardableResult
  package func close() -> Bool {
    let isFirst = monitor.withLock { isClosed in
      defer { isClosed = true }
      return !isClosed
    }
    monitor.signalAll()
    return isFirst
  }

  /// Waits for the moment; false when the signal was closed first.
  package func wait(until moment: Deadline) -> Bool {
    monitor.wait(until: moment) { $0 ? true : nil } == nil
  }
}
