// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// The flow of one request: completes with its reply or the loss of the connection.
final class RequestFlow: FlowHandler, ClientBound {
  private let promise = Promise<StoreReply>()

  var reply: Future<StoreReply> { promise.future }

  var awaitsReply: Bool { true }

  func received(_ frame: ReceivedFrame, on connection: StoreConnection) {
    promise.succeed(unsafe StoreReply(code: frame.code, payload: [UInt8](frame.payload)))
  }

  /// Whoever asked is closed, and waits for no answer any more.
  func clientClosed() { promise.fail(RawClient.closedError) }

  func connectionLost(_ connection: StoreConnection, _ error: PravegaError) { promise.fail(error) }
}
