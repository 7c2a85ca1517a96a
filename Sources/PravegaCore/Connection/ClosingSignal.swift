// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Whether something is closed, to wait on.
package final class ClosingSignal: Sendable {
  private let isClosed = Monitor(false)

  package init() {}

  package var hasClosed: Bool { isClosed.withLock { $0 } }

  package func close() {
    isClosed.withLock { $0 = true }
    isClosed.signalAll()
  }

  /// Waits for a time, or less when it closes meanwhile.
  package func pause(_ duration: Duration) {
    _ = isClosed.wait(until: .after(duration)) { $0 ? true : nil }
  }
}
