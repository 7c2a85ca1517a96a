// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// Makes the byte streams under store connections; others can be plugged in, for example one
/// that cuts connections in a test.
package protocol ConnectionFactory: Sendable {
  /// Connects, TLS handshake included, at most until `deadline`.
  func connect(to endpoint: Endpoint, deadline: Deadline) throws(PravegaError) -> any Transport
}

/// TCP connections.
package struct SocketConnectionFactory: ConnectionFactory {
  package init() {}

  package func connect(
    to endpoint: Endpoint, deadline: Deadline
  ) throws(PravegaError) -> any Transport {
    do throws(NetError) { return try connectTCP(to: endpoint, deadline: deadline) } catch {
      throw ErrorTranslation.connection(error, to: endpoint)
    }
  }
}
