// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Certificates for tests, made with the `openssl` program in a directory of their own.
///
/// The keys are elliptic, so that making them takes no time worth counting. ``remove()`` deletes
/// the directory.
public final class Certificates: Sendable {
  /// A certificate file and its key file, both PEM.
  public struct Pair: Sendable {
    /// Path of the certificate.
    public let certificate: String
    /// Path of the key.
    public let key: String
  }

  /// The program failed, or is not installed.
  public struct Failure: Error, CustomStringConvertible {
    /// What it printed.
    public let description: String
  }

  /// Where all files are.
  public let directory: String
  /// The authority that has signed the certificates.
  public var authority: String { directory + "/ca.pem" }
  /// An authority that has signed none of them.
  public var otherAuthority: String { directory + "/other-ca.pem" }
  /// For `localhost` and 127.0.0.1.
  public var good: Pair { pair("good") }
  /// For `localhost`, out of date since 2001.
  public var expired: Pair { pair("expired") }
  /// For `elsewhere.example`.
  public var wrongHost: Pair { pair("wrong") }
  /// For 127.0.0.1 and ::1, and no name.
  public var addressOnly: Pair { pair("address") }

  /// Makes them all.
  ///
  /// - Throws: ``Failure`` when `openssl` cannot be run or refuses.
  public init() throws {
    directory = NSTemporaryDirectory() + "pravega-certificates-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    try makeAuthority("ca")
    try makeAuthority("other-ca")
    try make("good", names: "DNS:localhost,IP:127.0.0.1")
    try make("wrong", names: "DNS:elsewhere.example")
    try make("address", names: "IP:127.0.0.1,IP:::1")
    try make("expired", names: "DNS:localhost,IP:127.0.0.1", expired: true)
  }

  /// Deletes the files.
  public func remove() { try? FileManager.default.removeItem(atPath: directory) }

  private func pair(_ name: String) -> Pair {
    Pair(certificate: "\(directory)/\(name).pem", key: "\(directory)/\(name).key")
  }

  private func makeAuthority(_ name: String) throws {
    let extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"]
    try openssl(
      ["req", "-x509", "-days", "30", "-subj", "/CN=Test authority \(name)"]
        + newKey(name) + extensions.flatMap { ["-addext", $0] } + ["-out", "\(name).pem"])
  }

  private func make(_ name: String, names: String, expired: Bool = false) throws {
    try openssl(
      ["req", "-new", "-subj", "/CN=\(name)"] + newKey(name)
        + ["-addext", "subjectAltName=\(names)", "-out", "\(name).csr"])
    guard expired else {
      return try openssl([
        "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "30",
        "-CAcreateserial", "-copy_extensions", "copy", "-out", "\(name).pem",
      ])
    }
    try makeExpired(name)
  }

  /// `x509` cannot sign for the past, `ca` can; it wants a little database.
  private func makeExpired(_ name: String) throws {
    let configuration = """
      [ca]
      default_ca = own
      [own]
      database = index.txt
      new_certs_dir = .
      rand_serial = yes
      default_md = sha256
      policy = any
      copy_extensions = copy
      [any]
      commonName = supplied

      """
    try configuration.write(toFile: directory + "/ca.cnf", atomically: true, encoding: .utf8)
    try "".write(toFile: directory + "/index.txt", atomically: true, encoding: .utf8)
    try openssl([
      "ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-startdate",
      "20000101000000Z", "-enddate", "20010101000000Z", "-in", "\(name).csr", "-out",
      "\(name).pem",
    ])
  }

  private func newKey(_ name: String) -> [String] {
    [
      "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
      "\(name).key",
    ]
  }

  private func openssl(_ arguments: [String]) throws {
    let (code, _, complaints) = try ChildProcess.run(
      "/usr/bin/env", ["-C", directory, "openssl"] + arguments, output: .null)
    guard code == 0 else { throw Failure(description: "openssl: " + complaints) }
  }
}
