// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// Carries calls to one controller. The gRPC channel is one; tests put their own in its place.
package protocol UnaryTransport: AnyObject, Sendable {
  /// Makes a call and blocks until its reply is there, at most until `deadline`.
  ///
  /// - Parameter metadata: names in lower case and their values.
  func call(
    path: String, metadata: [(name: String, value: String)], body: [UInt8], deadline: Deadline
  ) throws(CallFailure) -> [UInt8]

  /// Ends all calls and the connection.
  func close(until deadline: Deadline)
}

/// Why a call to one controller brought no reply, sorted by what can be done about it.
package struct CallFailure: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// The controller answered with another gRPC status than OK.
    case status(Int, String)
    /// The caller's deadline passed.
    case deadline
    /// No connection: nobody listens there.
    case refused
    /// No connection: the name is not known.
    case unknownHost
    /// No connection: no route, or no answer in time.
    case unreachable
    /// No connection: this process has no descriptor left.
    case tooManyFiles
    /// The certificate is not acceptable, or TLS failed otherwise.
    case certificate(TLSFailure)
    /// The peer closed the connection before it said a word.
    case closesAtOnce
    /// The peer accepted the connection and stays silent.
    case silent
    /// The peer is a web server.
    case speaksHTTP1
    /// The peer wants TLS and was spoken to in plain text.
    case speaksTLS
    /// The peer was spoken to in TLS and answers in plain text.
    case speaksPlainText
    /// The peer speaks neither gRPC nor anything known.
    case speaksOther
    /// The connection broke under the call.
    case connectionLost
    /// The controller does not keep to gRPC.
    case protocolViolation
    /// The request or the reply is larger than the limit.
    case tooLarge
    /// The request's headers cannot be sent, credentials with line breaks for example.
    case badMetadata
    /// This side closed the transport.
    case closed
  }

  package var kind: Kind
  /// What the layers below say, for people.
  package var detail: String
  /// Whether the controller may have acted on the call.
  package var mayHaveRun: Bool

  package init(_ kind: Kind, _ detail: String = "", mayHaveRun: Bool = false) {
    self.kind = kind
    self.detail = detail
    self.mayHaveRun = mayHaveRun
  }
}
