// SPDX-License-Identifier: Apache-2.0

/// Why TLS failed, told apart by what somebody has to do about it.
package enum TLSFailure: Hashable, Sendable, CustomStringConvertible {
  /// The peer answered with something that is not TLS: a plain-text port.
  case peerIsNotTLS
  /// No authority that we trust has signed the certificate.
  case untrustedCertificate
  /// The certificate is for another name or address.
  case hostNameMismatch
  /// The certificate has expired or is not valid yet.
  case expiredCertificate
  /// The peer refused us with an alert.
  case refusedByPeer
  /// The peer closed the connection before the handshake was done.
  case peerClosed
  /// Both sides speak TLS but none of the application protocols offered.
  case noCommonProtocol
  /// A certificate or key file is missing or unreadable; the detail names it.
  case badFile
  /// Anything else that OpenSSL reports.
  case other

  package var description: String {
    switch self {
    case .peerIsNotTLS: "the peer does not speak TLS"
    case .untrustedCertificate: "the peer's certificate is not trusted"
    case .hostNameMismatch: "the peer's certificate is for another host"
    case .expiredCertificate: "the peer's certificate is out of date"
    case .refusedByPeer: "the peer refused the handshake"
    case .peerClosed: "the peer closed the connection during the handshake"
    case .noCommonProtocol: "no common application protocol"
    case .badFile: "certificate or key file unusable"
    case .other: "TLS failed"
    }
  }
}
