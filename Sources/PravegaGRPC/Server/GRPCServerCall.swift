// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads
internal import Synchronization

/// One call as its handler sees it.
package final class GRPCServerCall: Sendable {
  package let path: String
  package let metadata: GRPCMetadata
  package let message: [UInt8]
  /// When the client stops waiting.
  package let deadline: Deadline
  package let connection: GRPCServerPeer
  private let cancelled = Atomic<Bool>(false)

  init(
    path: String, metadata: GRPCMetadata, message: [UInt8], deadline: Deadline,
    connection: GRPCServerPeer
  ) {
    self.path = path
    self.metadata = metadata
    self.message = message
    self.deadline = deadline
    self.connection = connection
  }

  /// The last part of the path.
  package var method: String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// Nobody waits for the reply any more: the client gave up, the connection or the server ended.
  package var isCancelled: Bool { cancelled.load(ordering: .acquiring) || deadline.hasPassed }

  func cancel() { cancelled.store(true, ordering: .releasing) }
}

/// The connection that a call came over.
package struct GRPCServerPeer: Hashable, Sendable {
  /// Counts the connections of a server from 1.
  package let number: Int
  package let remote: Endpoint?
  /// The address at which the client reached the server.
  package let local: Endpoint?
  package let isSecure: Bool
}
