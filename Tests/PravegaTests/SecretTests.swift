// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaGRPC
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import PravegaWire
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

  // MARK: - Tokens for segment stores

  /// A JSON web token as controllers issue them.
  private let delegationToken = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJvcGVuLXNlc2FtZSJ9.b3Blbi1zZXNhbWU"

  /// A reply of `getDelegationToken`: one string field.
  private var tokenReply: [UInt8] {
    [0x0a, UInt8(delegationToken.utf8.count)] + Array(delegationToken.utf8)
  }

  /// Greets, and repeats the token of the first request in its complaint.
  private func storeThatRepeatsTokens(_ seen: Monitor<Int>) throws -> MockStore {
    var hello = Hello()
    hello.lowVersion = 5
    hello.highVersion = 17
    let greeting = try hello.encoded()
    let script: [MockStore.Step] = [
      .answer(Hello.code) { _ in greeting },
      .answer(SetupAppend.code) { payload in
        let setup = try payload.withUnsafeBytes { try SetupAppend(payload: $0) }
        seen.withLock { $0 += setup.delegationToken.isEmpty ? 0 : 1 }
        var complaint = ErrorMessage()
        complaint.requestID = setup.requestID
        complaint.segment = setup.segment
        complaint.message = "SignatureException: token=\(setup.delegationToken), rejected"
        return try complaint.encoded()
      }, .expectEnd,
    ]
    return try MockStore(Array(repeating: script, count: 200), patience: .seconds(2))
  }

  func testAStoreThatRepeatsATokenInItsComplaint() throws {
    let seen = Monitor(0)
    let mock = try storeThatRepeatsTokens(seen)
    defer { mock.close() }
    var configuration = StandaloneServer.Configuration()
    configuration.announce = "\(mock.endpoint)"
    configuration.seeds = [.init(scope: "demo", stream: "s")]
    let plan = FaultPlan()
    plan.add(FaultRule("getDelegationToken", repeats: true, .answer(tokenReply)))
    configuration.faults = plan
    try withServer(configuration) { server in
      let log = CollectingLog(.trace)
      var config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      config.logSink = log
      config.requestTimeout = .seconds(1)
      let groups = try ReaderGroupManager.withScope("demo", config: config)
      let factory = try EventStreamClientFactory.withScope("demo", config: config)
      let writer = try factory.createEventWriter(
        stream: "s", serializer: ByteArraySerializer(),
        config: EventWriterConfig(initialBackoffMillis: 1, maxBackoffMillis: 1, retryAttempts: 2))
      var shown = failure { try writer.writeEvent([1]).get(timeout: .seconds(5)) }
      shown += failure {
        try groups.createReaderGroup("g", config: .builder().stream("demo/s").build())
      }
      factory.close()
      groups.close()
      XCTAssertGreaterThan(seen.withLock { $0 }, 1)
      XCTAssertTrue(shown.contains { $0.contains("token=***, rejected") }, "\(shown)")
      XCTAssertTrue(log.lines.contains { $0.text.contains("token=***, rejected") }, "\(log.lines)")
      for part in delegationToken.split(separator: ".") {
        for text in shown + log.lines.map({ "\($0)" }) {
          XCTAssertFalse(text.contains(part), text)
        }
      }
    }
  }

  /// All that a client says from trace to error while tokens are issued, expire and are refused.
  func testTokensThatAreIssuedRenewedAndRefused() throws {
    let plan = FaultPlan()
    plan.add(FaultRule("getDelegationToken", repeats: true, .answer(tokenReply)))
    var configuration = StandaloneServer.Configuration()
    configuration.seeds = [.init(scope: "demo", stream: "s")]
    configuration.faults = plan
    try withServer(configuration) { server in
      let log = CollectingLog(.trace)
      var config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      config.logSink = log
      config.credentials = DefaultCredentials(userName: "ann", password: password)
      config.requestTimeout = .seconds(2)
      let factory = try EventStreamClientFactory.withScope("demo", config: config)
      let groups = try ReaderGroupManager.withScope("demo", config: config)
      let bytes = ByteArraySerializer()
      try groups.createReaderGroup("g", config: .builder().stream("demo/s").build())
      let writer = try factory.createEventWriter(stream: "s", serializer: bytes)
      plan.add(FaultRule("AppendBlockEnd", first: 2, .expiredToken))
      plan.add(FaultRule("AppendBlockEnd", first: 4, .cut))
      for number in 0..<5 { try writer.writeEvent([UInt8(number)]).get() }
      let reader = try factory.createReader(readerId: "r", readerGroup: "g", serializer: bytes)
      plan.add(FaultRule("ReadSegment", first: 1, .expiredToken))
      var count = 0
      while count < 5 {
        count += try reader.readNextEvent(timeout: .seconds(5)).event == nil ? 0 : 1
      }
      plan.add(FaultRule("*", repeats: true, .refusedToken))
      var shown = failure { while true { _ = try reader.readNextEvent(timeout: .seconds(1)) } }
      shown += failure { try writer.writeEvent([9]).get() }
      shown += failure { _ = try groups.readerGroup("g").onlineReaders() }
      shown += failure { try groups.deleteReaderGroup("g") }
      try? reader.close()
      factory.close()
      groups.close()
      XCTAssertGreaterThan(plan.injectedCounts["answer"] ?? 0, 1, "\(plan.injectedCounts)")
      XCTAssertTrue(Set(log.lines.map(\.level)).isSuperset(of: [.info, .warning]))
      let texts = shown + log.lines.map { "\($0)" }
      assertNoSecret(texts, DefaultCredentials(userName: "ann", password: password))
      for part in delegationToken.split(separator: ".") {
        for text in texts { XCTAssertFalse(text.contains(part), text) }
      }
    }
  }
}
