// SPDX-License-Identifier: Apache-2.0

/// A stream's number: odd for streams that a client opened, 0 for the connection itself.
package typealias StreamID = UInt32

/// What went wrong, with the code that tells the peer (RFC 9113 section 7).
package struct HTTP2Error: Error, Hashable, Sendable {
  /// What kind of trouble it is, for callers that treat some kinds differently.
  package enum Cause: Hashable, Sendable {
    /// The peer broke a rule of the protocol.
    case violation
    /// The peer went beyond a limit that protects this side.
    case limit(HTTP2Limit)
    /// The peer does not speak HTTP/2 at all.
    case foreign(ForeignProtocol)
    /// This side asked for something that the connection's or stream's state does not allow.
    case unavailable
  }

  package let code: HTTP2ErrorCode
  /// The stream that failed; `nil` when the whole connection did.
  package let stream: StreamID?
  package let cause: Cause
  package let message: String

  package init(
    _ code: HTTP2ErrorCode, stream: StreamID? = nil, cause: Cause = .violation, _ message: String
  ) {
    self.code = code
    self.stream = stream
    self.cause = cause
    self.message = message
  }

  static func limit(
    _ limit: HTTP2Limit, stream: StreamID? = nil, code: HTTP2ErrorCode = .enhanceYourCalm,
    _ message: String
  ) -> HTTP2Error {
    HTTP2Error(code, stream: stream, cause: .limit(limit), message)
  }

  /// The same trouble, blamed on one stream only.
  func on(_ stream: StreamID) -> HTTP2Error {
    HTTP2Error(code, stream: stream, cause: cause, message)
  }
}

extension HTTP2Error: CustomStringConvertible {
  package var description: String {
    let place = stream.map { "stream \($0)" } ?? "connection"
    return "HTTP/2 \(place): \(message) (\(code))"
  }
}
