// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaStandalone
import PravegaTestKit
import XCTest

/// The controller is fine; the segment store that it names is not what the client expects.
final class MistakeStoreTLSTests: MistakeTestCase {
  private static let shared = Result { try (Certificates(), Certificates()) }

  override class func tearDown() {
    if let both = try? shared.get() {
      both.0.remove()
      both.1.remove()
    }
    super.tearDown()
  }

  /// A controller that names the store of another server, which has `pair`, or no TLS.
  private func withStore(
    _ pair: Certificates.Pair?, isControllerSecure: Bool = true,
    _ body: (_ uri: String, _ store: String) throws -> Void
  ) throws {
    let own = try Self.shared.get().0.good
    var configuration = StandaloneServer.Configuration()
    configuration.tlsCertificateFile = pair?.certificate
    configuration.tlsKeyFile = pair?.key
    try withServer(configuration) { other in
      var configuration = StandaloneServer.Configuration()
      configuration.announce = other.storeEndpoint
      configuration.seeds = [.init(scope: "demo", stream: "s")]
      configuration.tlsCertificateFile = isControllerSecure ? own.certificate : nil
      configuration.tlsKeyFile = isControllerSecure ? own.key : nil
      try withServer(configuration) { try body($0.controllerURI, other.storeEndpoint) }
    }
  }

  /// A writer, a reader group and a reader meet it, and none of them stays.
  private func assertToldByAll(
    _ mistake: String, _ uri: String, address: String,
    code: PravegaError.Code = .connectionFailed, file: StaticString = #filePath,
    line: UInt = #line
  ) throws {
    var config = ClientConfig(controllerURI: try ControllerURI(uri))
    config.trustStore = try Self.shared.get().0.authority
    let factory = try EventStreamClientFactory.withScope("demo", config: config)
    defer { factory.close() }
    let writer = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
    assertTold(mistake, code, address: address, file: file, line: line) {
      try writer.writeEvent([1]).get()
    }
    assertTold(mistake, code, address: address, of: "flush demo/s: ", file: file, line: line) {
      try writer.flush()
    }
    let groups = try ReaderGroupManager.withScope("demo", config: config)
    defer { groups.close() }
    let state = "demo/_RGg/0.#epoch.0: "
    let ask = "getSegmentAttribute " + state
    assertTold(mistake, code, address: address, of: state, file: file, line: line) {
      try groups.createReaderGroup("g", config: .builder().stream("demo/s").build())
    }
    assertTold(mistake, code, address: address, of: ask, file: file, line: line) {
      _ = try factory.createReader(
        readerId: "r", readerGroup: "g", serializer: ByteArraySerializer())
    }
  }

  func testAStoreWhoseCertificateIsOfAWrongCA() throws {
    try withStore(try Self.shared.get().1.good) {
      try assertToldByAll("store of a wrong CA", $0, address: $1)
    }
  }

  func testAStoreWhoseCertificateIsForAnotherHost() throws {
    try withStore(try Self.shared.get().0.wrongHost) {
      try assertToldByAll("store of another host name", $0, address: $1)
    }
  }

  func testAStoreWhoseCertificateHasExpired() throws {
    try withStore(try Self.shared.get().0.expired) {
      try assertToldByAll("store of an expired certificate", $0, address: $1)
    }
  }

  func testTLSToAPlainStore() throws {
    try withStore(nil) { try assertToldByAll("TLS to a plain store", $0, address: $1) }
  }

  func testPlainTextToATLSStore() throws {
    try withStore(try Self.shared.get().0.good, isControllerSecure: false) {
      try assertToldByAll("plain to a TLS store", $0, address: $1, code: .invalidMessage)
    }
  }

  func testAStoreWhoseHostIsNotKnown() throws {
    let address = "no.such.host.invalid:12345"
    try withServer(announcing: address) { server in
      try assertToldByAll("store of an unknown host", server.controllerURI, address: address)
    }
  }

  /// With the trust that both need it works: the tests above fail for what they say.
  func testAStoreThatIsFine() throws {
    try withStore(try Self.shared.get().0.good) { uri, _ in
      var config = ClientConfig(controllerURI: try ControllerURI(uri))
      config.trustStore = try Self.shared.get().0.authority
      let groups = try ReaderGroupManager.withScope("demo", config: config)
      defer { groups.close() }
      // Two servers do not share their streams: the store has no such segment, which it says.
      XCTAssertThrowsError(
        try groups.createReaderGroup("g", config: .builder().stream("demo/s").build())
      ) {
        XCTAssertNotEqual(($0 as? PravegaError)?.code, .connectionFailed, "\($0)")
      }
    }
  }
}
