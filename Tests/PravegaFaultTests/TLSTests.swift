// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Client and server over TLS: everything works, and what does not says why.
final class TLSTests: LeakCheckedTestCase {
  private var certificates: Certificates?

  override func setUpWithError() throws {
    certificates = try Certificates()
    try super.setUpWithError()
  }

  override func tearDownWithError() throws {
    certificates?.remove()
    try super.tearDownWithError()
  }

  private func withCluster(
    _ pair: KeyPath<Certificates, Certificates.Pair> = \.good,
    _ body: (TestCluster, Certificates) throws -> Void
  ) throws {
    let certificates = try XCTUnwrap(certificates)
    var configuration = StandaloneServer.Configuration()
    configuration.tlsCertificateFile = certificates[keyPath: pair].certificate
    configuration.tlsKeyFile = certificates[keyPath: pair].key
    let cluster = try TestCluster.start(configuration)
    defer { cluster.close() }
    try body(cluster, certificates)
  }

  /// What a client with that configuration meets.
  private func failure(_ config: ClientConfig) -> PravegaError? {
    do {
      let manager = try StreamManager.create(clientConfig: config)
      defer { manager.close() }
      _ = try manager.createScope("nobody")
      XCTFail("it worked")
    } catch let error as PravegaError {
      return error
    } catch {
      XCTFail("another error: \(error)")
    }
    return nil
  }

  func testEventsGoInAndComeOut() throws {
    try withCluster { cluster, certificates in
      var config = cluster.clientConfig
      config.trustStore = certificates.authority
      let scope = try cluster.makeScope()
      try cluster.makeStream(scope, "s", segments: 2)
      let factory = try EventStreamClientFactory.withScope(scope, config: config)
      defer { factory.close() }
      let ledger = TestEventLedger()
      var generator = TestEventGenerator("k", keys: 10, paddings: [0, 100, 100_000])
      let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
      for _ in 0..<500 {
        let event = generator.make()
        ledger.write(event)
        try writer.writeEvent(event, routingKey: event.key)
      }
      try writer.flush()
      try writer.close()
      let manager = try ReaderGroupManager.withScope(scope, config: config)
      defer { manager.close() }
      try manager.createReaderGroup("g", config: .builder().stream("\(scope)/s").build())
      let reader = try factory.createReader(
        readerId: "r", readerGroup: "g", serializer: TestEventSerializer())
      // A read may bring a checkpoint instead of an event.
      let deadline = ContinuousClock.now + .seconds(60)
      while ledger.readCount < 500, ContinuousClock.now < deadline {
        if let event = try reader.readNextEvent(timeout: .seconds(1)).event { ledger.read(event) }
      }
      XCTAssertEqual(ledger.readCount, 500)
      XCTAssertEqual(ledger.problems(), [])
      try reader.close()
    }
  }

  func testUntrustedServerIsRefusedWithAReason() throws {
    try withCluster { cluster, certificates in
      var config = cluster.clientConfig
      config.trustStore = certificates.otherAuthority
      let error = failure(config)
      XCTAssertEqual(error?.code, .connectionFailed)
      XCTAssertTrue(
        error?.message.contains("not signed by an authority that this client trusts") ?? false,
        "\(String(describing: error))")
    }
  }

  func testWrongHostIsRefusedUnlessNotChecked() throws {
    try withCluster(\.wrongHost) { cluster, certificates in
      var config = cluster.clientConfig
      config.trustStore = certificates.authority
      XCTAssertEqual(failure(config)?.code, .connectionFailed)
      config.validateHostName = false
      let manager = try StreamManager.create(clientConfig: config)
      defer { manager.close() }
      XCTAssertTrue(try manager.createScope("somebody"))
    }
  }

  func testPlainClientOfATLSServerIsToldSo() throws {
    try withCluster { cluster, _ in
      let address = cluster.clientConfig.controllerURI.description
      let plain = address.replacing("tls://", with: "tcp://")
      let error = failure(ClientConfig(controllerURI: try ControllerURI(plain)))
      XCTAssertTrue(
        error?.hint.contains("tls://") ?? false, "\(String(describing: error))")
    }
  }

  func testTLSClientOfAPlainServerIsToldSo() throws {
    let cluster = try TestCluster.start()
    defer { cluster.close() }
    let address = cluster.clientConfig.controllerURI.description
    let secure = address.replacing("tcp://", with: "tls://")
    let error = failure(ClientConfig(controllerURI: try ControllerURI(secure)))
    XCTAssertTrue(error?.hint.contains("tcp://") ?? false, "\(String(describing: error))")
  }

  func testMissingTrustStoreIsNamed() throws {
    let cluster = try TestCluster.start()
    defer { cluster.close() }
    let address = cluster.clientConfig.controllerURI.description
    var config = ClientConfig(
      controllerURI: try ControllerURI(address.replacing("tcp://", with: "tls://")))
    config.trustStore = "/no/such/file.pem"
    let error = failure(config)
    XCTAssertEqual(error?.code, .invalidArgument)
    XCTAssertTrue(
      error?.message.contains("/no/such/file.pem") ?? false, "\(String(describing: error))")
  }
}
