// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaGRPC
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import XCTest

/// No password and no token is in any line of a log, any error or any value's text.
final class SecretTests: MistakeTestCase {
  private let password = "open-sesame"

  /// A user's type that thinks nothing of it.
  private struct ChattyCredentials: Credentials {
    var authenticationType = "Bearer"
    var authenticationToken = "ey.open-sesame.sig"
  }

  private var everyKind: [any Credentials] {
    [
      DefaultCredentials(userName: "ann", password: password),
      TokenCredentials(authenticationType: "Bearer", authenticationToken: "ey.open-sesame.sig"),
      ChattyCredentials(),
    ]
  }

  private func assertNoSecret(
    _ texts: [String], _ credentials: any Credentials, file: StaticString = #filePath,
    line: UInt = #line
  ) {
    for text in texts {
      XCTAssertFalse(text.contains(password), text, file: file, line: line)
      XCTAssertFalse(text.contains(credentials.authenticationToken), text, file: file, line: line)
    }
  }

  /// All that a person might print.
  private func texts(of value: Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    return ["\(value)", String(reflecting: value), dumped]
  }

  private func failure(_ body: () throws -> Void) -> [String] {
    do {
      try body()
      XCTFail("nothing was thrown")
      return []
    } catch {
      return texts(of: error)
    }
  }

  func testConfigurationsAndCredentialsDoNotTellTheirSecret() throws {
    for credentials in everyKind {
      var config = ClientConfig(credentials: credentials)
      config.logSink = CollectingLog(.trace)
      var shown = texts(of: config)
      XCTAssertTrue(shown[0].contains("credentials: ***"), shown[0])
      XCTAssertTrue(shown[0].contains("controllerURI: tcp://localhost:9090"), shown[0])
      if !(credentials is ChattyCredentials) { shown += texts(of: credentials) }
      let manager = try StreamManager.create(clientConfig: config)
      shown += texts(of: manager)
      manager.close()
      assertNoSecret(shown, credentials)
    }
    let token = DelegationToken("h.ZXhwLm9wZW4tc2VzYW1l.s")
    for text in texts(of: token) { XCTAssertFalse(text.contains("ZXhw"), text) }
    assertNoSecret(
      failure { _ = try ControllerURI("tcp://ann:\(password)@host:9090") }, ChattyCredentials())
  }

  /// The server says in its refusal what it was sent.
  func testAServerThatRefusesAndRepeatsWhatItWasSent() throws {
    let service = "/io.pravega.controller.stream.api.grpc.v1.ControllerService/"
    let refuse: GRPCHandler = { call in
      let sent = call.metadata["authorization"] ?? "nothing"
      // Whoever knows the method can take it apart.
      let more = sent.hasPrefix("Basic") ? " for open-sesame" : ""
      throw GRPCStatus(.unauthenticated, "\(sent)\(more) is not good enough")
    }
    let names = ["createScope", "createStream", "getCurrentSegments", "createReaderGroup"]
    let handlers = Dictionary(uniqueKeysWithValues: names.map { (service + $0, refuse) })
    let server = GRPCServer(GRPCServerConfiguration(handlers: handlers))
    let endpoint = try server.start(Endpoint(host: "127.0.0.1", port: 0))
    defer { server.stop() }
    for credentials in everyKind {
      let log = CollectingLog(.trace)
      var config = ClientConfig(controllerURI: try ControllerURI("tcp://\(endpoint)"))
      config.credentials = credentials
      config.logSink = log
      let shown = try run(config)
      XCTAssertTrue(shown.contains { $0.contains(" *** is not good enough") }, "\(shown)")
      assertNoSecret(shown + log.lines.map { "\($0)" }, credentials)
    }
  }

  private func run(_ config: ClientConfig) throws -> [String] {
    let manager = try StreamManager.create(clientConfig: config)
    defer { manager.close() }
    let factory = try EventStreamClientFactory.withScope("demo", config: config)
    defer { factory.close() }
    let groups = try ReaderGroupManager.withScope("demo", config: config)
    defer { groups.close() }
    let bytes = ByteArraySerializer()
    return failure { _ = try manager.createScope("demo") }
      + failure {
        _ = try manager.createStream(
          scope: "demo", stream: "s", config: StreamConfiguration(scalingPolicy: .fixed(1)))
      } + failure { _ = try factory.createEventWriter(stream: "s", serializer: bytes) }
      + failure {
        try groups.createReaderGroup("g", config: .builder().stream("demo/s").build())
      }
  }

  func testAWholeRunThatWorksAndThenLosesItsServer() throws {
    for credentials in everyKind {
      var configuration = StandaloneServer.Configuration()
      configuration.seeds = [.init(scope: "demo", stream: "s")]
      configuration.faults = try FaultPlan("AppendBlockEnd@2:expired,ReadSegment@2:refused")
      try withServer(configuration) { server in
        let log = CollectingLog(.trace)
        var config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
        config.credentials = credentials
        config.logSink = log
        config.requestTimeout = .seconds(2)
        let factory = try EventStreamClientFactory.withScope("demo", config: config)
        let groups = try ReaderGroupManager.withScope("demo", config: config)
        try groups.createReaderGroup("g", config: .builder().stream("demo/s").build())
        let bytes = ByteArraySerializer()
        let writer = try factory.createEventWriter(stream: "s", serializer: bytes)
        for number in 0..<3 { try writer.writeEvent([UInt8(number)]).get() }
        let reader = try factory.createReader(readerId: "r", readerGroup: "g", serializer: bytes)
        var shown = failure {
          while true { _ = try reader.readNextEvent(timeout: .seconds(2)) }
        }
        server.stopNetwork()
        shown += failure { try writer.writeEvent([9]).get(timeout: .seconds(1)) }
        shown += failure { _ = try factory.createEventWriter(stream: "x", serializer: bytes) }
        factory.close()
        groups.close()
        XCTAssertFalse(log.lines.isEmpty)
        assertNoSecret(shown + log.lines.map { "\($0)" }, credentials)
      }
    }
  }
}
