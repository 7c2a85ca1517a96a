// SPDX-License-Identifier: Apache-2.0

/// A flow's place on a connection: given back when the lease ends, on every path.
package struct FlowLease: ~Copyable, Sendable {
  package let connection: StoreConnection
  package let id: FlowID

  /// - Throws: `connectionFailed` when the connection is gone already.
  package init(
    _ handler: any FlowHandler, on connection: StoreConnection, id: FlowID = .next()
  ) throws(PravegaError) {
    guard connection.add(handler, id: id) else {
      throw ErrorTranslation.broken(connection.endpoint)
    }
    self.connection = connection
    self.id = id
  }

  deinit { connection.removeFlow(id) }
}
