// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// What every TLS connection of one side has in common: trust, certificate, protocols.
///
/// Immutable once made; safe to use from any thread.
// @unchecked: OpenSSL counts and locks its contexts; nothing changes it after `init`.
@safe
package final class TLSContext: @unchecked Sendable {
  /// Whose signature makes a peer's certificate good.
  package enum Trust: Hashable, Sendable {
    /// The authorities that the system has installed.
    case system
    /// Those of a PEM file, and no others.
    case file(String)
    /// Those of the PEM files of a directory, and no others.
    case directory(String)
    /// Any certificate at all. For tests only.
    case none

    /// A file or a directory, whichever `path` is.
    package static func path(_ path: String) -> Trust {
      System.isDirectory(path) ? .directory(path) : .file(path)
    }
  }

  let pointer: OpaquePointer
  let isServer: Bool
  let verifiesPeer: Bool
  let verifiesHostName: Bool
  /// ALPN's list behind one byte with its length; read by a callback for as long as this lives.
  private let protocols: UnsafeMutableBufferPointer<UInt8>

  /// - Parameter protocols: for ALPN, best first: `["h2"]`. A server that has some refuses clients
  ///   which offer only others.
  private init(isServer: Bool, trust: Trust?, verifiesHostName: Bool, protocols: [String])
    throws(NetError)
  {
    guard let method = unsafe isServer ? TLS_server_method() : TLS_client_method(),
      let pointer = unsafe SSL_CTX_new(method)
    else { throw TLSErrors.failure(call: "SSL_CTX_new", kind: .other) }
    unsafe self.pointer = pointer
    self.isServer = isServer
    verifiesPeer = trust != nil && trust != Trust.none
    self.verifiesHostName = verifiesHostName
    unsafe self.protocols = TLSContext.list(of: protocols)
    _ = unsafe prv_ctx_set_minimum_tls12(pointer)
    unsafe prv_ctx_set_modes(pointer)
    unsafe prv_ctx_set_options(pointer)
    unsafe prv_ctx_never_ask(pointer)
    offerProtocols()
  }

  deinit {
    unsafe SSL_CTX_free(pointer)
    unsafe protocols.deallocate()
  }

  /// - Parameter verifiesHostName: whether the certificate must be for the host connected to.
  /// - Throws: `.tls(.badFile)` with the name of the file.
  package static func client(
    trust: Trust = .system, verifiesHostName: Bool = true, protocols: [String] = []
  ) throws(NetError) -> TLSContext {
    let context = try TLSContext(
      isServer: false, trust: trust, verifiesHostName: verifiesHostName, protocols: protocols)
    try context.load(trust)
    unsafe SSL_CTX_set_verify(
      context.pointer, context.verifiesPeer ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nil)
    return context
  }

  /// - Parameters:
  ///   - certificateFile: PEM, the server's own certificate first, then its chain.
  ///   - keyFile: PEM, without a passphrase.
  /// - Throws: `.tls(.badFile)` with the name of the file.
  package static func server(
    certificateFile: String, keyFile: String, protocols: [String] = []
  ) throws(NetError) -> TLSContext {
    let context = try TLSContext(
      isServer: true, trust: nil, verifiesHostName: false, protocols: protocols)
    try context.load(certificateFile: certificateFile, keyFile: keyFile)
    return context
  }

  // MARK: Files

  private func load(_ trust: Trust) throws(NetError) {
    ERR_clear_error()
    // A server's own certificate may be trusted by itself, as Java's trust stores allow.
    _ = unsafe X509_STORE_set_flags(
      SSL_CTX_get_cert_store(pointer), UInt(X509_V_FLAG_PARTIAL_CHAIN))
    switch trust {
    case .none: return
    case .system:
      guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
        throw TLSErrors.failure(call: "SSL_CTX_set_default_verify_paths", kind: .other)
      }
    case .file(let path):
      try TLSContext.checkReadable(path)
      guard unsafe SSL_CTX_load_verify_file(pointer, path) == 1 else {
        throw TLSErrors.badFile(path, "holds no usable certificate")
      }
    case .directory(let path): try loadDirectory(path)
    }
  }

  /// Every PEM file of the directory, whether or not `openssl rehash` has been run on it.
  private func loadDirectory(_ path: String) throws(NetError) {
    guard System.isDirectory(path) else {
      throw TLSErrors.badFile(path, "is not a readable directory")
    }
    var count = 0
    for name in System.names(in: path).sorted() where TLSContext.isCertificateName(name) {
      if unsafe SSL_CTX_load_verify_file(pointer, path + "/" + name) == 1 { count += 1 }
    }
    ERR_clear_error()
    guard count == 0 else { return }
    // Big directories, as the system's, have names made of hashes.
    guard unsafe SSL_CTX_load_verify_dir(pointer, path) == 1 else {
      throw TLSErrors.badFile(path, "holds no usable certificate")
    }
  }

  private static func isCertificateName(_ name: String) -> Bool {
    [".pem", ".crt", ".cer"].contains { name.hasSuffix($0) }
  }

  private func load(certificateFile: String, keyFile: String) throws(NetError) {
    ERR_clear_error()
    try TLSContext.checkReadable(certificateFile)
    try TLSContext.checkReadable(keyFile)
    guard unsafe SSL_CTX_use_certificate_chain_file(pointer, certificateFile) == 1 else {
      throw TLSErrors.badFile(certificateFile, "holds no usable certificate")
    }
    guard unsafe SSL_CTX_use_PrivateKey_file(pointer, keyFile, SSL_FILETYPE_PEM) == 1 else {
      throw TLSErrors.badFile(keyFile, "holds no key for \(certificateFile)")
    }
    guard unsafe SSL_CTX_check_private_key(pointer) == 1 else {
      throw TLSErrors.badFile(keyFile, "is not the key of \(certificateFile)")
    }
  }

  private static func checkReadable(_ path: String) throws(NetError) {
    do { try System.checkReadable(path) } catch {
      throw NetError(
        .tls(.badFile), call: "open", code: error.code, detail: "cannot read \(path)")
    }
  }

  // MARK: ALPN

  private static func list(of protocols: [String]) -> UnsafeMutableBufferPointer<UInt8> {
    var list: [UInt8] = []
    for name in protocols where !name.isEmpty && list.count + name.utf8.count < 255 {
      list.append(UInt8(name.utf8.count))
      list.append(contentsOf: name.utf8)
    }
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: list.count + 1)
    _ = unsafe bytes.initialize(from: [UInt8(list.count)] + list)
    return unsafe bytes
  }

  private func offerProtocols() {
    guard unsafe protocols.count > 1, let start = unsafe protocols.baseAddress else { return }
    if isServer {
      unsafe prv_ctx_choose_among(pointer, start)
    } else {
      _ = unsafe SSL_CTX_set_alpn_protos(pointer, start + 1, UInt32(start[0]))
    }
  }
}
