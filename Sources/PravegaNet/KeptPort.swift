// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Keeps the port of a server that is stopped for a while: who connects is refused, and the system
/// gives the port to no other connection. The server's next ``Listener`` may be made meanwhile.
///
/// Safe to use from any thread.
package final class KeptPort: Sendable {
  private let socket = Monitor<FileDescriptor?>(nil)

  package init() {}

  /// Closes the listener and keeps its port. Does nothing when it is closed already. Blocks until no
  /// thread is in its `accept`, at most five seconds.
  package func take(from listener: Listener) {
    guard let port = listener.closeKeepingPort() else { return }
    exchange(for: port)
  }

  /// Gives the port up. Idempotent.
  package func release() { exchange(for: nil) }

  private func exchange(for new: consuming FileDescriptor?) {
    var new = new
    let old = socket.withLock { socket -> FileDescriptor? in
      let old = socket.take()
      socket = new.take()
      return old
    }
    _ = consume old
  }
}
