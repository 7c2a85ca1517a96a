// SPDX-License-Identifier: Apache-2.0

/// Looks at each call before its handler runs, to break it for a test.
package protocol GRPCServerInterceptor: Sendable {
  /// Called on a handler thread; it may block.
  ///
  /// - Returns: what to do to the call, in that order.
  func intercept(_ call: GRPCServerCall) -> [GRPCFault]
}

/// What can be done to a call.
package enum GRPCFault: Hashable, Sendable {
  /// Waits before anything else.
  case delay(Duration)
  /// Runs the handler and loses the reply.
  case drop
  /// Never answers, and never runs the handler.
  case hang
  /// Ends the connection instead of running the handler.
  case cutBefore
  /// Runs the handler, sends so many bytes of the reply as HTTP/2 has it, ends the connection.
  case cutAfter(bytes: Int)
  /// Answers with a status instead of running the handler.
  case status(GRPCStatus)
  /// Answers with bytes instead of running the handler.
  case answer([UInt8])
  /// Runs the handler twice, as if the request had been sent twice, and sends the second reply.
  case duplicate
  /// Gives the stream up with an HTTP/2 error code instead of running the handler.
  case reset(code: UInt32)
  /// Announces the connection's end, then goes on with the call.
  case goAway
}
