// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

/// Servers of other people where a controller or a segment store was expected.
final class ProgramForeignServerTests: ProgramMistakeCase {
  private static let certificates = Result { try Certificates() }

  override class func tearDown() {
    try? certificates.get().remove()
    super.tearDown()
  }

  /// A port at which `command PORT` has begun to listen.
  private func withProcess(
    _ command: (_ port: String) -> [String], _ body: (_ address: String) throws -> Void
  ) throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    listener.close()
    let process = try ChildProcess(
      "/usr/bin/env", command("\(listener.endpoint.port)"), input: .pipe, output: .null,
      errors: .null)
    defer {
      process.kill()
      process.wait()
    }
    let isUp = eventually {
      (try? connectTCP(to: listener.endpoint, deadline: .after(.seconds(1))))
        .map { $0.close() } != nil
    }
    try XCTSkipUnless(isUp, "\(command("0").prefix(3)) does not start here")
    try body("\(listener.endpoint)")
  }

  private func withTLSServer(
    _ extra: [String] = [], _ body: (_ address: String, _ caFile: String) throws -> Void
  ) throws {
    let certificates = try Self.certificates.get()
    let pair = certificates.good
    try withProcess { port in
      [
        "openssl", "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", pair.certificate,
        "-key", pair.key,
      ] + extra
    } _: { address in
      try body(address, certificates.authority)
    }
  }

  func testAWebServerThatIsNotOurs() throws {
    try withProcess {
      ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", "/", $0]
    } _: { address in
      try check(
        Mistake(
          words: ["ping", "--controller", "tcp://\(address)"], status: 7,
          said: "the server at \(address) is a web server, not a Pravega controller. Use the "
            + "controller's gRPC port, 9090 unless configured."))
      try check(
        Mistake(
          words: ["ping", "--controller", "tls://\(address)"], status: 7,
          said: "the server at \(address) speaks plain text, but TLS was asked for. Write the "
            + "address as tcp://\(address)."))
      // It waits for a line that never comes.
      try withStream(announcing: address) { _, environment in
        try check(
          Mistake(
            words: ["write", "demo/s"], input: "x\n", status: 7,
            said: "the server at \(address) accepted the connection but did not answer. Check that "
              + "the address is a segment store's, and that the store is in good health."),
          environment: environment)
      }
    }
  }

  func testATLSServerThatIsNotOurs() throws {
    try withTLSServer { address, caFile in
      try check(
        Mistake(
          words: ["ping", "--controller", "tcp://\(address)"], status: 7,
          said: "the server at \(address) closes the connection without an answer. Use the "
            + "controller's port (9090 unless configured), not a segment store's, and tls:// if it "
            + "wants TLS."))
      try check(
        Mistake(
          words: ["ping", "--controller", "tls://\(address)", "--ca-file", caFile], status: 7,
          said:
            "the server at \(address) accepts connections but does not answer. Check that it is "
            + "a controller in good health."))
      try withStream(announcing: address) { _, environment in
        try check(
          Mistake(
            words: ["write", "demo/s"], input: "x\n", status: 7,
            said: "the server at \(address) closed the connection without an answer. Check that it "
              + "is a segment store, and whether it wants TLS."), environment: environment)
      }
    }
  }

  func testATLSServerThatSpeaksAnotherProtocolInside() throws {
    try withTLSServer(["-alpn", "http/1.1"]) { address, caFile in
      try check(
        Mistake(
          words: ["ping", "--controller", "tls://\(address)", "--ca-file", caFile], status: 7,
          said:
            "the server at \(address) speaks TLS, but not the protocol that was asked for. Check "
            + "that host and port are those of a Pravega server."))
    }
  }

  /// With TLS 1.3 it says so when the client has its handshake behind it.
  func testATLSServerThatWantsACertificateOfTheClient() throws {
    try withTLSServer(["-Verify", "1"]) { address, caFile in
      try check(
        Mistake(
          words: ["ping", "--controller", "tls://\(address)", "--ca-file", caFile], status: 7,
          said: "the server at \(address) refused the TLS handshake (tlsv13 alert certificate "
            + "required). Check whether it wants a certificate of the client, which this one has "
            + "not, or another version of TLS."))
    }
  }

  func testAListenerThatHangsUpAtOnce() throws {
    try withProcess { port in
      [
        "python3", "-c",
        """
        import socket
        s = socket.create_server(("127.0.0.1", \(port)))
        while True: s.accept()[0].close()
        """,
      ]
    } _: { address in
      try check(
        Mistake(
          words: ["ping", "--controller", "tcp://\(address)"], status: 7,
          said: "the server at \(address) closes the connection without an answer. Use the "
            + "controller's port (9090 unless configured), not a segment store's, and tls:// if it "
            + "wants TLS."))
      try withStream(announcing: address) { _, environment in
        try check(
          Mistake(
            words: ["write", "demo/s"], input: "x\n", status: 7,
            said: "the server at \(address) closed the connection without an answer. Check that it "
              + "is a segment store, and whether it wants TLS."), environment: environment)
      }
    }
  }

  func testAServerThatGreetsFirst() throws {
    let greeting = Array("SSH-2.0-OpenSSH_9.6\r\n".utf8)
    let server = try MockStore(Array(repeating: [.send(greeting), .expectEnd], count: 8))
    defer { server.close() }
    try check(
      Mistake(
        words: ["ping", "--controller", "tcp://\(server.endpoint)"], status: 7,
        said: "the server at \(server.endpoint) does not speak gRPC; it began with "
          + "'SSH-2.0-OpenSSH_'. Use the controller's port (9090 unless configured), not a segment "
          + "store's."))
    try withStream(announcing: "\(server.endpoint)") { _, environment in
      try check(
        Mistake(
          words: ["write", "demo/s"], input: "x\n", status: 7,
          said: "the server at \(server.endpoint) does not speak a segment store's protocol. Check "
            + "the address that the segment store publishes; its port is 12345 unless configured."),
        environment: environment)
    }
  }
}
