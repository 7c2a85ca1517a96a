// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

extension TLSTransport {
  /// The peer's certificates, leaf first, in lines for a person: subject, issuer, names, dates.
  ///
  /// By the thread that receives, or before the link starts.
  package func describeChain() -> [String] {
    let chain = unsafe SSL_get_peer_cert_chain(session.ssl)
    let count = unsafe prv_chain_count(chain)
    var lines: [String] = []
    for index in 0..<count {
      guard let certificate = unsafe prv_chain_at(chain, index) else { continue }
      lines.append("certificate \(index)")
      lines += unsafe TLSTransport.describe(certificate)
    }
    return lines
  }

  private static func describe(_ certificate: OpaquePointer) -> [String] {
    let flags = prv_name_flags()
    let subject = unsafe text { out in
      _ = unsafe X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0, flags)
    }
    let issuer = unsafe text { out in
      _ = unsafe X509_NAME_print_ex(out, X509_get_issuer_name(certificate), 0, flags)
    }
    let names = unsafe text { unsafe prv_print_alternative_names($0, certificate) }
    let from = unsafe text { _ = unsafe ASN1_TIME_print($0, X509_get0_notBefore(certificate)) }
    let until = unsafe text { _ = unsafe ASN1_TIME_print($0, X509_get0_notAfter(certificate)) }
    return [
      "  subject: " + subject, "  issuer:  " + issuer, "  names:   " + names,
      "  from:    " + from, "  until:   " + until,
    ]
  }

  /// What `body` prints, without line ends.
  private static func text(_ body: (OpaquePointer) -> Void) -> String {
    guard let out = unsafe BIO_new(BIO_s_mem()) else { return "" }
    defer { unsafe BIO_free(out) }
    unsafe body(out)
    var bytes = [UInt8](repeating: 0, count: min(unsafe BIO_ctrl_pending(out), 64 * 1024))
    let capacity = CInt(bytes.count)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe BIO_read(out, $0.baseAddress, capacity)
    }
    let text = String(decoding: bytes.prefix(max(0, Int(count))), as: UTF8.self)
    return String(text.map { $0.isNewline ? " " : $0 })
  }
}
