// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// Answers one call; it may block. What it throws beside a status becomes UNKNOWN without a text,
/// as in gRPC for Java.
package typealias GRPCHandler = @Sendable (GRPCServerCall) throws -> [UInt8]

/// How a server behaves.
package struct GRPCServerConfiguration: Sendable {
  /// Makes a secure transport of an accepted one: the TLS handshake, at most until the deadline.
  package typealias Secure = @Sendable (TCPTransport, Deadline) throws(NetError) -> any Transport

  /// By path: `/package.Service/method`.
  package var handlers: [String: GRPCHandler]
  package var interceptor: (any GRPCServerInterceptor)?
  /// `nil` for plain text.
  package var secure: Secure?
  /// Threads that run handlers, started when needed.
  package var maxHandlerThreads = 16
  /// Calls that wait for a thread; further ones fail with RESOURCE_EXHAUSTED.
  package var maxWaitingCalls = 1_024
  package var maxConnections = 1_024
  /// Bytes of a request and of a reply.
  package var maxMessageSize = 4 << 20
  /// Bytes of unfinished requests, and of replies that the client does not take, per connection.
  package var maxBufferedBytes = 64 << 20
  /// For the TLS handshake, and for the client's first bytes.
  package var handshakeTimeout: Duration = .seconds(10)

  package init(handlers: [String: GRPCHandler]) { self.handlers = handlers }
}
