// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import Synchronization

/// How much memory segments may hold together, and who waits for some.
///
/// The limit is not exact: what was received is stored, then the connection stops reading until
/// a truncation or a deletion gives memory back.
package final class MemoryBudget: Sendable {
  package let limit: Int
  private let used = Atomic<Int>(0)
  private let waiters = Monitor<[@Sendable () -> Void]>([])

  package init(limit: Int) { self.limit = limit }

  package var usedBytes: Int { used.load(ordering: .relaxed) }
  package var isExhausted: Bool { usedBytes > limit }

  /// Books memory taken (positive) or given back. Never call it under a lock.
  func adjust(by delta: Int) {
    guard delta != 0 else { return }
    let now = used.wrappingAdd(delta, ordering: .relaxed).newValue
    guard delta < 0, now <= limit else { return }
    let ready = waiters.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for resume in ready { resume() }
  }

  /// Calls `resume` once, as soon as there is memory again.
  func notify(_ resume: @escaping @Sendable () -> Void) {
    waiters.withLock { $0.append(resume) }
    adjustForWaiters()
  }

  /// Memory may have come back between the caller's look and its registration.
  private func adjustForWaiters() {
    guard !isExhausted else { return }
    let ready = waiters.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for resume in ready { resume() }
  }
}
