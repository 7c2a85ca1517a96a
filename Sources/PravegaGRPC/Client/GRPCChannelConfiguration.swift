// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// How a channel connects and how it behaves.
package struct GRPCChannelConfiguration: Sendable {
  /// Makes the connection; blocks at most until the deadline, or until it is interrupted.
  package typealias Connect = @Sendable (Deadline, Interrupt) throws(NetError) -> any Transport

  package var connect: Connect
  /// The `:authority` of each request.
  package var authority: String
  /// Decides the `:scheme` of each request.
  package var isSecure = false
  package var userAgent = "pravega-swift"
  /// For the connection, its TLS handshake and the first word of the server together.
  package var connectTimeout: Duration = .seconds(5)
  /// Bytes of a request and of a reply.
  package var maxMessageSize = 4 << 20
  /// A PING after so long without a byte from the server while calls are waiting. Servers of gRPC
  /// for Java end connections that ask more often than every five minutes.
  package var keepAliveInterval: Duration = .seconds(360)
  /// The connection counts as broken so long after a PING without an answer.
  package var keepAliveTimeout: Duration = .seconds(20)
  /// A caller who has heard nothing for so long has the server asked once: a connection that broke
  /// without a word must not keep him until his deadline. Not again before a byte that is no answer
  /// to that, which such servers allow.
  package var silence: Duration = .seconds(4)
  /// The connection counts as broken so long after that question.
  package var silenceTimeout: Duration = .seconds(4)
  /// Whether to ask without calls too.
  package var keepAliveWithoutCalls = false
  /// Name of the connection's thread.
  package var threadName = "prv-io-grpc"

  package init(authority: String, isSecure: Bool = false, connect: @escaping Connect) {
    self.authority = authority
    self.isSecure = isSecure
    self.connect = connect
  }

  /// Plain text to an endpoint.
  package init(endpoint: Endpoint) {
    self.init(authority: endpoint.description) { (deadline, interrupt) throws(NetError) in
      try connectTCP(to: endpoint, deadline: deadline, interrupt: interrupt)
    }
  }
}
