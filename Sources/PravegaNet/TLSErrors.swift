// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// OpenSSL's error queue and verification results as ``NetError``.
enum TLSErrors {
  /// The oldest entry of this thread's error queue, which is emptied.
  static func takeReason() -> (library: CInt, reason: CInt, text: String?) {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0 else { return (0, 0, nil) }
    let text = unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
    return (ERR_GET_LIB(code), ERR_GET_REASON(code), text)
  }

  static func failure(call: String, kind: TLSFailure, endpoint: String? = nil) -> NetError {
    NetError(.tls(kind), call: call, endpoint: endpoint, detail: takeReason().text)
  }

  static func badFile(_ path: String, _ what: String) -> NetError {
    let text = takeReason().text
    return NetError(
      .tls(.badFile), call: "TLS", detail: "\(path) \(what)" + (text.map { " (\($0))" } ?? ""))
  }

  /// Why `call` on `ssl` failed for good.
  static func failure(
    of ssl: OpaquePointer, call: String, verifies: Bool, endpoint: String?
  ) -> NetError {
    let reason = takeReason()
    let verification = unsafe SSL_get_verify_result(ssl)
    if verifies, verification != Int(X509_V_OK) {
      return NetError(
        .tls(kind(ofVerification: verification)), call: call, endpoint: endpoint,
        detail: verificationText(verification))
    }
    return NetError(
      .tls(kind(of: reason.reason)), call: call, endpoint: endpoint, detail: reason.text)
  }

  private static func verificationText(_ code: Int) -> String? {
    unsafe X509_verify_cert_error_string(code).map { unsafe String(cString: $0) }
  }

  private static func kind(ofVerification code: Int) -> TLSFailure {
    switch CInt(truncatingIfNeeded: code) {
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .hostNameMismatch
    case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID: .expiredCertificate
    default: .untrustedCertificate
    }
  }

  private static func kind(of reason: CInt) -> TLSFailure {
    switch reason {
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST,
      SSL_R_UNKNOWN_PROTOCOL, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_BAD_PACKET_LENGTH:
      .peerIsNotTLS
    case noProtocolAlert, SSL_R_NO_APPLICATION_PROTOCOL: .noCommonProtocol
    case alertOffset...: .refusedByPeer
    default: .other
    }
  }

  /// Reasons from here on are alerts of the peer, by their number.
  private static let alertOffset: CInt = 1_000
  private static let noProtocolAlert: CInt = alertOffset + 120
}
