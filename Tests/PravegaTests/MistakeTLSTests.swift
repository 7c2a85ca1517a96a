// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Mistakes with TLS, with certificates that `openssl` makes.
final class MistakeTLSTests: MistakeTestCase {
  private static let shared = Result { try Certificates() }
  private var certificates: Certificates!

  override func setUpWithError() throws {
    certificates = try MistakeTLSTests.shared.get()
    try super.setUpWithError()
  }

  private func withSecureServer(
    _ pair: Certificates.Pair, _ body: (StandaloneServer) throws -> Void
  ) throws {
    var configuration = StandaloneServer.Configuration()
    configuration.tlsCertificateFile = pair.certificate
    configuration.tlsKeyFile = pair.key
    try withServer(configuration, body)
  }

  private func assertTold(_ mistake: String, of pair: Certificates.Pair, trusting file: String)
    throws
  {
    try withSecureServer(pair) { server in
      assertTold(mistake, .connectionFailed, address: address(server.controllerURI)) {
        try askController(server.controllerURI) { $0.trustStore = file }
      }
    }
  }

  func testTLSOnAPlainPort() throws {
    try withServer { server in
      let plain = address(server.controllerURI)
      assertTold("TLS on a plain port", .invalidMessage, address: plain) {
        try askController("tls://\(plain)")
      }
    }
  }

  func testPlainTextOnATLSPort() throws {
    try withSecureServer(certificates.good) { server in
      let secure = address(server.controllerURI)
      assertTold("plain on a TLS port", .invalidMessage, address: secure) {
        try askController("tcp://\(secure)")
      }
    }
  }

  func testACAFileThatIsMissing() {
    let uri = "tls://127.0.0.1:9090"
    let file = "/nonexistent/ca.pem"
    assertTold("missing CA file", .invalidArgument, address: file) {
      try askController(uri) { $0.trustStore = file }
    }
  }

  func testAWrongCA() throws {
    try assertTold(
      "wrong CA", of: certificates.good, trusting: certificates.otherAuthority)
  }

  func testACertificateForAnotherHost() throws {
    try assertTold(
      "host name mismatch", of: certificates.wrongHost, trusting: certificates.authority)
  }

  func testACertificateThatHasExpired() throws {
    try assertTold(
      "expired certificate", of: certificates.expired, trusting: certificates.authority)
  }

  func testWithTheRightFilesEventsAreWrittenThroughTLS() throws {
    try withSecureServer(certificates.good) { server in
      var config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      config.trustStore = certificates.authority
      let manager = try StreamManager.create(clientConfig: config)
      defer { manager.close() }
      _ = try manager.createScope("demo")
      _ = try manager.createStream(
        scope: "demo", stream: "s", config: StreamConfiguration(scalingPolicy: .fixed(1)))
      let factory = try EventStreamClientFactory.withScope("demo", config: config)
      defer { factory.close() }
      let writer = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
      try writer.writeEvent([1, 2, 3]).get()
      XCTAssertTrue(server.controllerURI.hasPrefix("tls://"))
    }
  }
}
