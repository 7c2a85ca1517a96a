// SPDX-License-Identifier: Apache-2.0

import PravegaStandalone
import PravegaTestKit
import XCTest

/// The controller is fine; the segment store that it names has another certificate, none, or no host.
final class ProgramStoreTLSTests: ProgramMistakeCase {
  private static let shared = Result { try (Certificates(), Certificates()) }

  override class func tearDown() {
    if let both = try? shared.get() {
      both.0.remove()
      both.1.remove()
    }
    super.tearDown()
  }

  private func assertSaid(
    _ store: Certificates.Pair?, controller: Certificates.Pair?, status: Int32 = 7,
    _ said: (_ store: String) -> String
  ) throws {
    var configuration = StandaloneServer.Configuration()
    configuration.tlsCertificateFile = store?.certificate
    configuration.tlsKeyFile = store?.key
    let authority = try Self.shared.get().0.authority
    try withServer(configuration) { other, _ in
      var configuration = StandaloneServer.Configuration()
      configuration.announce = other.storeEndpoint
      configuration.seeds = [.init(scope: "demo", stream: "s")]
      configuration.tlsCertificateFile = controller?.certificate
      configuration.tlsKeyFile = controller?.key
      try withServer(configuration) { server, _ in
        let trust = controller == nil ? [] : ["--ca-file", authority]
        for words in [["write", "demo/s"], ["read", "demo/s"], ["stream", "describe", "demo/s"]] {
          try check(
            Mistake(
              words: words + trust, input: "x\n", status: status, said: said(other.storeEndpoint)),
            environment: ["PRAVEGA_CONTROLLER_URI": server.controllerURI])
        }
      }
    }
  }

  func testAStoreWhoseCertificateIsOfAWrongCA() throws {
    let (own, foreign) = try Self.shared.get()
    try assertSaid(foreign.good, controller: own.good) {
      "the certificate of \($0) is not signed by an authority that this client trusts. Name the "
        + "file with the authority's certificate as trust store or CA file."
    }
  }

  func testAStoreWhoseCertificateIsForAnotherHost() throws {
    let own = try Self.shared.get().0
    try assertSaid(own.wrongHost, controller: own.good) {
      "the certificate of \($0) is for another host. Use the host name that is in the "
        + "certificate, or have one issued for this name."
    }
  }

  func testTLSToAPlainStore() throws {
    let own = try Self.shared.get().0
    try assertSaid(nil, controller: own.good) {
      "the server at \($0) closed the connection during the TLS handshake. Use tcp:// where the "
        + "servers have no TLS, and check the port."
    }
  }

  func testPlainTextToATLSStore() throws {
    let own = try Self.shared.get().0
    try assertSaid(own.good, controller: nil) {
      "the server at \($0) wants TLS, but was spoken to in plain text. Use a tls:// address for "
        + "the controller, or switch TLS to the segment stores on."
    }
  }

  func testAStoreWhoseHostIsNotKnown() throws {
    try withStream(announcing: "no.such.host.invalid:12345") { _, environment in
      for words in [["write", "demo/s"], ["read", "demo/s"], ["stream", "describe", "demo/s"]] {
        try check(
          Mistake(
            words: words, input: "x\n", status: 7,
            said: "the host of no.such.host.invalid:12345, the address of a segment store, is not "
              + "known. Check the address that the segment store publishes."),
          environment: environment)
      }
    }
  }
}
