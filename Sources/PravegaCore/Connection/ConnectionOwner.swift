// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Somebody who shares connections with nobody else: a writer whose configuration says so.
///
/// Its connections end with ``ConnectionPool/release(_:)``, also one that is being made meanwhile.
package final class ConnectionOwner: Sendable {
  private let ended = Atomic<Bool>(false)

  package init() {}

  var hasEnded: Bool { ended.load(ordering: .acquiring) }

  func end() { ended.store(true, ordering: .releasing) }
}
