// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What went wrong on the network: a kind to decide by, and the call, number and address to read.
package struct NetError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// Nobody listens at that port.
    case refused
    /// The deadline passed first, or the peer stopped answering.
    case timedOut
    /// The name resolver knows no such host.
    case unknownHost
    /// No route to the host or its network.
    case unreachable
    /// The peer dropped the connection in the middle.
    case reset
    /// The connection has ended in order, or this side has closed it.
    case closed
    /// TLS could not be established or failed later.
    case tls(TLSFailure)
    /// Another socket has the address that was to be bound.
    case addressInUse
    /// The process or the system has no descriptor left.
    case tooManyFiles
    /// The handler of the connection refused what the peer sent.
    case rejectedByHandler
    /// Anything else that the system reports.
    case system
  }

  package var kind: Kind
  /// The system or library call that failed, for example `connect`.
  package var call: String
  /// `errno` after it, or 0.
  package var code: CInt
  /// Who was talked to, where that is known.
  package var endpoint: String?
  /// What numbers cannot say, for example the name of a missing file.
  package var detail: String?

  package init(
    _ kind: Kind, call: String, code: CInt = 0, endpoint: String? = nil, detail: String? = nil
  ) {
    self.kind = kind
    self.call = call
    self.code = code
    self.endpoint = endpoint
    self.detail = detail
  }

  init(_ failure: SystemFailure, endpoint: String? = nil, detail: String? = nil) {
    self.init(
      Kind(errno: failure.code), call: "\(failure.call)", code: failure.code, endpoint: endpoint,
      detail: detail)
  }

  /// One line: `connect: ECONNREFUSED (111) 127.0.0.1:9090`.
  package var description: String {
    var text = "\(call): "
    text += code == 0 ? kind.sentence : "\(NetError.symbol(code)) (\(code))"
    if let endpoint { text += " \(endpoint)" }
    if let detail { text += ": \(detail)" }
    if kind == .tooManyFiles { text += ": file limit reached" }
    return text
  }

  /// Whether the peer accepted the connection and then was silent.
  package var isSilentHandshake: Bool { kind == .timedOut && call == NetError.handshake }
  static let handshake = "TLS handshake"

  func at(_ endpoint: String?) -> NetError {
    var copy = self
    copy.endpoint = copy.endpoint ?? endpoint
    return copy
  }
}

extension NetError.Kind {
  init(errno code: CInt) {
    self =
      switch code {
      case ECONNREFUSED: .refused
      case ETIMEDOUT: .timedOut
      case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL: .unreachable
      case ECONNRESET, EPIPE, ECONNABORTED: .reset
      case ENOTCONN, EBADF, ESHUTDOWN: .closed
      case EADDRINUSE: .addressInUse
      case EMFILE, ENFILE: .tooManyFiles
      default: .system
      }
  }

  fileprivate var sentence: String {
    switch self {
    case .refused: "connection refused"
    case .timedOut: "timed out"
    case .unknownHost: "unknown host"
    case .unreachable: "unreachable"
    case .reset: "connection dropped by the peer"
    case .closed: "connection closed"
    case .tls(let failure): failure.description
    case .addressInUse: "address in use"
    case .tooManyFiles: "no descriptor left"
    case .rejectedByHandler: "the peer's data was refused"
    case .system: "failed"
    }
  }
}

extension NetError {
  /// The C name of an `errno`, or `errno` where this table does not have it.
  static func symbol(_ code: CInt) -> String { symbols[code] ?? "errno" }

  private static let symbols: [CInt: String] = [
    EACCES: "EACCES", EADDRINUSE: "EADDRINUSE", EADDRNOTAVAIL: "EADDRNOTAVAIL",
    EAFNOSUPPORT: "EAFNOSUPPORT", EAGAIN: "EAGAIN", EBADF: "EBADF", ECONNABORTED: "ECONNABORTED",
    ECONNREFUSED: "ECONNREFUSED", ECONNRESET: "ECONNRESET", EHOSTDOWN: "EHOSTDOWN",
    EHOSTUNREACH: "EHOSTUNREACH", EINTR: "EINTR", EINVAL: "EINVAL", EMFILE: "EMFILE",
    ENETDOWN: "ENETDOWN", ENETUNREACH: "ENETUNREACH", ENFILE: "ENFILE", ENOBUFS: "ENOBUFS",
    ENOENT: "ENOENT", ENOMEM: "ENOMEM", ENOTCONN: "ENOTCONN", ENOTSOCK: "ENOTSOCK",
    EPERM: "EPERM", EPIPE: "EPIPE", EPROTO: "EPROTO", ESHUTDOWN: "ESHUTDOWN",
    ETIMEDOUT: "ETIMEDOUT",
  ]
}
