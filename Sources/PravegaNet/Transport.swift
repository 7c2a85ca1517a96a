// SPDX-License-Identifier: Apache-2.0

package import Glibc

/// What one ``Transport/receive(into:)`` brought.
package enum TransportRead: Equatable, Sendable {
  /// That many bytes, at least one.
  case bytes(Int)
  /// Nothing now. With `wantsWrite`, nothing before the socket takes bytes again (TLS).
  case wouldBlock(wantsWrite: Bool)
  /// The peer has ended its side in order.
  case end
}

/// What became of one ``Transport/send(_:)``.
package enum TransportWrite: Equatable, Sendable {
  /// The first that many bytes of the buffers were taken.
  case bytes(Int)
  /// Nothing was taken. With `wantsRead`, nothing will be before bytes arrive (TLS).
  case wouldBlock(wantsRead: Bool)
}

/// A byte stream that never waits: TCP, TLS over TCP, or a pair within the process.
///
/// One thread receives. One thread at a time sends, and where
/// ``allowsSendingFromAnyThread`` is false it is the one that receives. ``shutdown()`` may be
/// called by anyone at any time; ``close()`` only after receiver and sender have left.
package protocol Transport: AnyObject, Sendable {
  /// For `poll()`.
  var descriptor: CInt { get }
  var allowsSendingFromAnyThread: Bool { get }
  /// Whether bytes may wait where `poll()` does not see them, so that only `wouldBlock` says
  /// that everything has been received. Asked by the receiving thread.
  var mayHoldInput: Bool { get }
  /// Whether bytes taken by ``send(_:)`` wait for the socket, so that sending has to go on.
  var mayHoldOutput: Bool { get }
  var peer: Endpoint? { get }
  /// The application protocol agreed on in the TLS handshake.
  var negotiatedProtocol: String? { get }

  func receive(into space: UnsafeMutableRawBufferPointer) throws(NetError) -> TransportRead
  func send(_ buffers: UnsafeBufferPointer<iovec>) throws(NetError) -> TransportWrite
  /// Ends both directions; a `poll()` on the descriptor returns. Idempotent.
  func shutdown()
  /// Ends the sending direction, after which the peer reads an orderly end.
  func shutdownSending()
  /// Gives the descriptor back. Idempotent.
  func close()
}

extension Transport {
  package var mayHoldInput: Bool { false }
  package var mayHoldOutput: Bool { false }
  package var negotiatedProtocol: String? { nil }
}
