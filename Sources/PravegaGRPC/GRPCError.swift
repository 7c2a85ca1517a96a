// SPDX-License-Identifier: Apache-2.0

package import PravegaNet

/// Why a call brought no reply.
package struct GRPCError: Error, Sendable {
  package enum Kind: Hashable, Sendable {
    /// The server answered so.
    case status(GRPCStatus)
    /// The caller's deadline passed first.
    case deadlineExceeded
    /// There was no connection to be had.
    case connectFailed(NetError)
    /// The connection broke; `nil` when the peer ended it in order.
    case connectionLost(NetError?)
    /// The peer accepts connections and then says nothing.
    case peerIsSilent
    /// The peer speaks something else.
    case notHTTP2(GRPCPeerProtocol)
    /// The server takes no more calls on this connection.
    case goAway(String)
    /// The server gave up the call's stream.
    case streamReset(String)
    /// The server broke the rules of HTTP/2 or gRPC.
    case protocolViolation(String)
    case requestTooLarge
    case replyTooLarge
    case invalidMetadata(String)
    /// This side closed the channel.
    case closed
  }

  /// Whether the server may have acted on the call.
  package enum Processed: Hashable, Sendable {
    /// Certainly not: it may be sent again.
    case none
    case unknown
  }

  package let kind: Kind
  package let wasProcessed: Processed

  package init(_ kind: Kind, wasProcessed: Processed) {
    self.kind = kind
    self.wasProcessed = wasProcessed
  }
}

/// What a peer speaks where gRPC was expected.
package enum GRPCPeerProtocol: Hashable, Sendable {
  /// A web server or proxy.
  case http1
  /// TLS, to which this side did not agree.
  case tls
  /// Plain text where this side wants TLS.
  case plainText
  /// It closed the connection without a word.
  case closesAtOnce
  /// Its first bytes, at most sixteen.
  case other([UInt8])
}

extension GRPCError {
  /// The status that callers of any gRPC library would see.
  package var status: GRPCStatus {
    switch kind {
    case .status(let status): status
    case .deadlineExceeded: GRPCStatus(.deadlineExceeded, text)
    case .requestTooLarge, .replyTooLarge: GRPCStatus(.resourceExhausted, text)
    case .streamReset, .protocolViolation, .invalidMetadata: GRPCStatus(.internal, text)
    case .closed: GRPCStatus(.cancelled, text)
    case .connectFailed, .connectionLost, .peerIsSilent, .notHTTP2, .goAway:
      GRPCStatus(.unavailable, text)
    }
  }

  private var text: String {
    switch kind {
    case .status(let status): "\(status)"
    case .deadlineExceeded: "the deadline passed before the server answered"
    case .connectFailed(let error): "no connection: \(error)"
    case .connectionLost(let error?): "the connection broke: \(error)"
    case .connectionLost(nil): "the server closed the connection"
    case .peerIsSilent: "the server accepted the connection and then did not answer"
    case .notHTTP2(let spoken): spoken.sentence
    case .goAway(let why): "the server takes no more calls on this connection\(why)"
    case .streamReset(let code): "the server gave the call up: \(code)"
    case .protocolViolation(let what): "the server broke the protocol: \(what)"
    case .requestTooLarge: "the request is larger than the limit"
    case .replyTooLarge: "the reply is larger than the limit"
    case .invalidMetadata(let name): "metadata \(name) cannot be sent"
    case .closed: "the channel is closed"
    }
  }
}

extension GRPCError: CustomStringConvertible {
  package var description: String { text }
}

extension GRPCPeerProtocol {
  fileprivate var sentence: String {
    switch self {
    case .http1: "the server speaks HTTP/1, not gRPC"
    case .tls: "the server speaks TLS, this side plain text"
    case .plainText: "the server speaks plain text, this side TLS"
    case .closesAtOnce: "the server closed the connection without an answer; it may not be gRPC"
    case .other(let bytes):
      "the server does not speak gRPC; it began with \(Self.shown(bytes))"
    }
  }

  /// Text as text, up to the end of its line, anything else in hexadecimal.
  package static func shown(_ bytes: [UInt8]) -> String {
    let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    if line.count > 1, line.allSatisfy({ (0x20...0x7e).contains($0) }) {
      return "'\(String(decoding: line, as: UTF8.self))'"
    }
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
