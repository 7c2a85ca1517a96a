// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Mistakes with addresses, certificates and names, and what the machine has too little of.
final class ProgramMistakeTests: ProgramMistakeCase {
  func testWrongAddresses() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    listener.close()
    let free = listener.endpoint
    try check(
      Mistake(
        words: ["ping", "--controller", "tcp://\(free)"], status: 7,
        said: "nothing listens at \(free). Check that the controller runs and that this is its "
          + "host and port, 9090 unless configured."))
    try check(
      Mistake(
        words: ["ping", "--controller", "tcp://no.such.host.invalid"], status: 7,
        said: "the host of no.such.host.invalid:9090 is not known. Check the spelling of the "
          + "controller's host name."))
    try check(
      Mistake(
        words: ["ping", "--controller", "ftp://localhost"], status: 2,
        said: "the controller address 'ftp://localhost' has the scheme 'ftp' "
          + "instead of tcp, tls, ssl, pravega or pravegas. Write it as tcp://HOST:9090, or "
          + "tls://HOST:9090 for TLS."))
  }

  func testServersThatAreSomethingElse() throws {
    try withServer { server, address in
      try check(
        Mistake(
          words: ["ping", "--controller", "tcp://\(server.storeEndpoint)"], status: 7,
          said: "the server at \(server.storeEndpoint) closes the connection without an answer. "
            + "Use the controller's port (9090 unless configured), not a segment store's, and "
            + "tls:// if it wants TLS."))
      try check(
        Mistake(
          words: ["ping", "--controller", "tls://\(address)"], status: 7,
          said: "the server at \(address) speaks plain text, but TLS was asked for. Write the "
            + "address as tcp://\(address)."))
      var configuration = StandaloneServer.Configuration()
      configuration.announce = address
      configuration.seeds = [.init(scope: "demo", stream: "s")]
      try withServer(configuration) { other, _ in
        try check(
          Mistake(
            words: ["write", "demo/s", "--controller", other.controllerURI], input: "x\n",
            status: 7,
            said: "the server at \(address) speaks the controller's protocol, "
              + "not a segment store's protocol. Check the address that the segment store "
              + "publishes; its port is 12345 unless configured."))
      }
    }
  }

  func testCertificates() throws {
    let certificates = try Certificates()
    defer { certificates.remove() }
    func secure(_ pair: Certificates.Pair, _ body: (String) throws -> Void) throws {
      var configuration = StandaloneServer.Configuration()
      configuration.tlsCertificateFile = pair.certificate
      configuration.tlsKeyFile = pair.key
      try withServer(configuration) { _, address in try body(address) }
    }
    func ping(_ uri: String, trusting file: String) -> [String] {
      ["ping", "--controller", uri, "--ca-file", file]
    }
    try secure(certificates.good) { address in
      try check(
        Mistake(
          words: ["ping", "--controller", "tcp://\(address)"], status: 7,
          said: "the server at \(address) wants TLS, but was spoken to in plain text. Write the "
            + "address as tls://\(address)."))
      try check(
        Mistake(
          words: ping("tls://\(address)", trusting: certificates.otherAuthority), status: 7,
          said: "the certificate of \(address) is not signed by an authority that this client "
            + "trusts. Name the file with the authority's certificate as trust store or CA file."))
      try check(
        Mistake(
          words: ping("tls://\(address)", trusting: "/nonexistent/ca.pem"), status: 2,
          said: "the trust store cannot be used: open: ENOENT (2): cannot read "
            + "/nonexistent/ca.pem. Name a PEM file, or a directory of them, that this process may read."
        ))
      XCTAssertEqual(
        try ProgramProcess.run(ping("tls://\(address)", trusting: certificates.authority)).status,
        0)
    }
    try secure(certificates.expired) { address in
      try check(
        Mistake(
          words: ping("tls://\(address)", trusting: certificates.authority), status: 7,
          said: "the certificate of \(address) is out of date. Renew it, and check the clocks of "
            + "both machines."))
    }
    try secure(certificates.wrongHost) { address in
      try check(
        Mistake(
          words: ping("tls://\(address)", trusting: certificates.authority), status: 7,
          said: "the certificate of \(address) is for another host. Use the host name that is in "
            + "the certificate, or have one issued for this name."))
    }
  }

  func testThingsThatAreNotThere() throws {
    var configuration = StandaloneServer.Configuration()
    configuration.seeds = [.init(scope: "demo", stream: "s")]
    try withServer(configuration) { server, _ in
      let environment = ["PRAVEGA_CONTROLLER_URI": server.controllerURI]
      try check(
        Mistake(
          words: ["write", "demo/none"], input: "x\n", status: 3,
          said: "the stream 'demo/none' does not exist. Create it first, or check its scope and "
            + "name."), environment: environment)
      try check(
        Mistake(
          words: ["stream", "create", "none/s"], status: 3,
          said: "the scope 'none' does not exist. Create it first, or check its name."),
        environment: environment)
      XCTAssertEqual(
        try ProgramProcess.run(["stream", "seal", "demo/s"], environment: environment).status, 0)
      try check(
        Mistake(
          words: ["write", "demo/s"], input: "x\n", status: 4,
          said: "the stream demo/s is sealed and takes no more events. Write to another stream."),
        environment: environment)
    }
  }

  func testNamesAndKeys() throws {
    try check(
      Mistake(
        words: ["write", "demo/my stream"], status: 2,
        said: "'my stream' cannot be a stream's name: a space is in it; letters, digits, '.' and "
          + "'-' are allowed. See 'pravega write --help'."))
    let long = String(repeating: "x", count: 300)
    try check(
      Mistake(
        words: ["write", "demo/\(long)"], status: 2,
        said:
          "the stream's name has 300 characters; at most 250 are allowed. See 'pravega write --help'."
      ))
  }

  func testARoutingKeyThatIsNotUTF8() throws {
    let result = try shell(
      "printf '\\377:x\\n' | \(ProgramProcess.executable.path) write demo/s "
        + "--key-separator : --create --controller", withServer: true)
    XCTAssertEqual(
      result.complaints,
      "pravega: the key in line 1 of standard input is not UTF-8 text. Convert the input, with "
        + "iconv for example.\n")
    XCTAssertEqual(result.status, 1)
  }

  func testTheLimitOfOpenFiles() throws {
    let result = try shell(
      "ulimit -n 4; \(ProgramProcess.executable.path) ping --controller", withServer: true)
    XCTAssertEqual(
      result.complaints,
      "pravega: this process has reached its limit of open files. Close what is not needed or "
        + "raise the limit (ulimit -n).\n")
    XCTAssertEqual(result.status, 1)
  }

  func testAFullDisk() throws {
    let result = try shell(
      "\(ProgramProcess.executable.path) version > /dev/full", withServer: false)
    XCTAssertEqual(
      result.complaints,
      "pravega: standard output cannot take more: no space is left (write: ENOSPC (28)); free "
        + "some, or write elsewhere\n")
    XCTAssertEqual(result.status, 1)
  }
}
