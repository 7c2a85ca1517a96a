// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PravegaThreads

/// Wakes a thread out of `poll()`.
package final class WakeUp: Sendable {
  package let descriptor: CInt
  /// Under a lock so that a late signal cannot hit a number that belongs to another file by now.
  /// Adding to an `eventfd` never waits.
  private let eventfd: Monitor<FileDescriptor?>

  package init() throws(NetError) {
    do {
      let eventfd = try System.eventfd()
      descriptor = eventfd.number
      self.eventfd = Monitor<FileDescriptor?>(consume eventfd)
    } catch {
      throw NetError(error)
    }
  }

  /// The descriptor becomes readable. From any thread.
  package func signal() {
    eventfd.withLock { if $0 != nil { System.addToEventfd(descriptor) } }
  }

  /// The descriptor is not readable any more. By the waiting thread.
  package func clear() { System.clearEventfd(descriptor) }

  var pollEntry: pollfd { pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0) }

  /// Gives the descriptor back; the waiting thread has left.
  package func close() { _ = eventfd.withLock { $0.take() } }
}
