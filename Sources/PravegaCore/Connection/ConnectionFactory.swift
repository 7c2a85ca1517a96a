// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// Makes the byte streams under store connections; others can be plugged in, for example one
/// that cuts connections in a test.
package protocol ConnectionFactory: Sendable {
  /// Connects, TLS handshake included; blocks at most until `deadline`, or until `interrupt` is
  /// raised.
  func connect(
    to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt?
  ) throws(PravegaError) -> any Transport
}

/// TCP connections.
package struct SocketConnectionFactory: ConnectionFactory {
  package init() {}

  package func connect(
    to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt?
  ) throws(PravegaError) -> any Transport {
    do throws(NetError) {
      return try connectTCP(to: endpoint, deadline: deadline, interrupt: interrupt)
    } catch {
      throw ErrorTranslation.connection(error, to: endpoint)
    }
  }
}
