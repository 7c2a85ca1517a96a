// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet

extension TLSFailure {
  /// What a failed handshake means for a person, and what to do about it.
  ///
  /// - Parameter detail: what OpenSSL says about it, or nothing.
  func sentences(_ endpoint: String, _ detail: String?) -> (message: String, hint: String) {
    switch self {
    case .untrustedCertificate:
      return (
        "The certificate of \(endpoint) is not signed by an authority that this client trusts.",
        "Name the file with the authority's certificate as trust store or CA file."
      )
    case .hostNameMismatch:
      return (
        "The certificate of \(endpoint) is for another host.",
        "Use the host name that is in the certificate, or have one issued for this name."
      )
    case .expiredCertificate:
      return (
        "The certificate of \(endpoint) is out of date.",
        "Renew it, and check the clocks of both machines."
      )
    case .peerIsNotTLS:
      return (
        "The server at \(endpoint) speaks plain text, but TLS was asked for.",
        "Use tcp:// where the servers have no TLS, or give them certificates."
      )
    case .peerClosed:
      return (
        "The server at \(endpoint) closed the connection during the TLS handshake.",
        "Use tcp:// where the servers have no TLS, and check the port."
      )
    default: return rareSentences(endpoint, detail)
    }
  }

  private func rareSentences(
    _ endpoint: String, _ detail: String?
  ) -> (message: String, hint: String) {
    let said = detail.map { $0.isEmpty ? "" : " (\($0))" } ?? ""
    switch self {
    case .refusedByPeer:
      return (
        "The server at \(endpoint) refused the TLS handshake\(said).",
        "Check whether it wants a certificate of the client, which this one has not, or another "
          + "version of TLS."
      )
    case .noCommonProtocol:
      return (
        "The server at \(endpoint) speaks TLS, but not the protocol that was asked for.",
        "Check that host and port are those of a Pravega server."
      )
    case .badFile:
      return (
        "A certificate or key file for \(endpoint) cannot be used.",
        "Name PEM files that this process may read."
      )
    default:
      return (
        "TLS to \(endpoint) failed\(said).",
        "Check that host and port are those of a Pravega server that uses TLS."
      )
    }
  }
}
