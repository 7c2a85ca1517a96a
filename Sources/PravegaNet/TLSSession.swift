// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// OpenSSL's state machine between two memories: ciphertext in, ciphertext out. No I/O.
// @unchecked: used by one thread at a time, first the one that does the handshake, then the
// link's IO thread.
@safe
final class TLSSession: @unchecked Sendable {
  enum Step {
    case done(Int)
    /// Ciphertext of the peer has to come first.
    case needsInput
    /// The peer has said that nothing follows.
    case ended
    case failed
  }

  let ssl: OpaquePointer
  private let input: OpaquePointer
  private let output: OpaquePointer
  /// Read by a callback of OpenSSL.
  private let context: TLSContext

  init(_ context: TLSContext) throws(NetError) {
    ERR_clear_error()
    guard let ssl = unsafe SSL_new(context.pointer) else {
      throw TLSErrors.failure(call: "SSL_new", kind: .other)
    }
    guard let input = unsafe BIO_new(BIO_s_mem()), let output = unsafe BIO_new(BIO_s_mem()) else {
      unsafe SSL_free(ssl)
      throw TLSErrors.failure(call: "BIO_new", kind: .other)
    }
    // The session owns both from here on.
    unsafe SSL_set_bio(ssl, input, output)
    unsafe (self.ssl, self.input, self.output) = unsafe (ssl, input, output)
    self.context = context
    if context.isServer {
      unsafe SSL_set_accept_state(ssl)
    } else {
      unsafe SSL_set_connect_state(ssl)
    }
  }

  deinit { unsafe SSL_free(ssl) }

  /// Names the host for the server's choice of a certificate and for its verification.
  func expect(host: String) throws(NetError) {
    let name = host.hasSuffix(".") ? String(host.dropLast()) : host
    let isLiteral = TLSSession.isAddress(name)
    if !isLiteral { _ = unsafe prv_ssl_set_server_name(ssl, name) }
    guard context.verifiesPeer, context.verifiesHostName else { return }
    let parameters = unsafe SSL_get0_param(ssl)
    let isSet =
      unsafe isLiteral
      ? X509_VERIFY_PARAM_set1_ip_asc(parameters, name)
      : X509_VERIFY_PARAM_set1_host(parameters, name, 0)
    guard isSet == 1 else {
      throw NetError(.tls(.hostNameMismatch), call: "TLS", detail: "unusable host name \(host)")
    }
  }

  private static func isAddress(_ host: String) -> Bool {
    var bytes = in6_addr()
    return unsafe inet_pton(AF_INET, host, &bytes) == 1 || inet_pton(AF_INET6, host, &bytes) == 1
  }

  // MARK: Steps

  func handshake() -> Step { step { unsafe SSL_do_handshake(ssl) } }

  func read(into space: UnsafeMutableRawBufferPointer) -> Step {
    let count = CInt(clamping: space.count)
    return step { unsafe SSL_read(ssl, space.baseAddress, count) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Step {
    let count = CInt(clamping: bytes.count)
    return step { unsafe SSL_write(ssl, bytes.baseAddress, count) }
  }

  /// Tells the peer that nothing follows.
  func sayGoodbye() { _ = step { unsafe SSL_shutdown(ssl) } }

  private func step(_ call: () -> CInt) -> Step {
    ERR_clear_error()
    let result = call()
    if result > 0 { return .done(Int(result)) }
    switch unsafe SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ: return .needsInput
    case SSL_ERROR_ZERO_RETURN: return .ended
    default: return .failed
    }
  }

  // MARK: Ciphertext

  func put(_ ciphertext: UnsafeRawBufferPointer) {
    _ = unsafe BIO_write(input, ciphertext.baseAddress, CInt(clamping: ciphertext.count))
  }

  /// Moves ciphertext for the peer into `space` and says how much.
  func takeOutput(into space: UnsafeMutableRawBufferPointer) -> Int {
    guard outputCount > 0 else { return 0 }
    return max(0, Int(unsafe BIO_read(output, space.baseAddress, CInt(clamping: space.count))))
  }

  var outputCount: Int { unsafe BIO_ctrl_pending(output) }
  var inputCount: Int { unsafe BIO_ctrl_pending(input) }
  /// Plaintext or whole records may be there without more input.
  var mayHoldInput: Bool { unsafe SSL_has_pending(ssl) == 1 }

  func failure(call: String, endpoint: String?) -> NetError {
    unsafe TLSErrors.failure(
      of: ssl, call: call, verifies: context.verifiesPeer, endpoint: endpoint)
  }

  var negotiatedProtocol: String? {
    var start: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(ssl, &start, &count)
    guard count > 0, let start = unsafe start else { return nil }
    return unsafe String(
      decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
  }
}
