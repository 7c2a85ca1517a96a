// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// A number of bytes that may be outstanding at one time.
package final class ByteBudget: Sendable {
  private struct State {
    var used = 0
    var isClosed = false
  }

  private let monitor = Monitor(State())
  package let limit: Int

  package init(limit: Int) { self.limit = max(1, limit) }

  package var used: Int { monitor.withLock { $0.used } }

  /// Reserves up to `wanted` bytes, at least `least` even when nothing is left: a reader's own
  /// credit. Returns what was reserved.
  package func reserve(_ wanted: Int, least: Int) -> Int {
    monitor.withLock { state in
      let granted = max(least, min(wanted, limit - state.used))
      state.used += granted
      return granted
    }
  }

  package func release(_ byteCount: Int) {
    monitor.withLock { $0.used -= byteCount }
    monitor.signalAll()
  }

  package func close() {
    monitor.withLock { $0.isClosed = true }
    monitor.signalAll()
  }
}
