// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Readers and reader groups meet what `MistakeStoreTests` shows of writers; and streams that go away
/// under both.
final class MistakeReaderTests: MistakeTestCase {
  private struct Clients {
    let server: StandaloneServer
    let plan: FaultPlan
    let factory: EventStreamClientFactory
    let groups: ReaderGroupManager
    let manager: StreamManager

    func makeGroup() throws {
      try groups.createReaderGroup("g", config: .builder().stream("demo/s").build())
    }

    func makeReader() throws -> EventStreamReader<[UInt8]> {
      try factory.createReader(
        readerId: "r", readerGroup: "g", serializer: ByteArraySerializer())
    }

    func makeWriter() throws -> EventStreamWriter<[UInt8]> {
      try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
    }

    var store: String { server.storeEndpoint }
  }

  private func withClients(_ body: (Clients) throws -> Void) throws {
    let plan = FaultPlan()
    var configuration = StandaloneServer.Configuration()
    configuration.seeds = [.init(scope: "demo", stream: "s")]
    configuration.faults = plan
    try withServer(configuration) { server in
      let config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      let factory = try EventStreamClientFactory.withScope("demo", config: config)
      defer { factory.close() }
      let groups = try ReaderGroupManager.withScope("demo", config: config)
      defer { groups.close() }
      let manager = try StreamManager.create(clientConfig: config)
      defer { manager.close() }
      try body(
        Clients(server: server, plan: plan, factory: factory, groups: groups, manager: manager))
    }
  }

  private static let state = "demo/_RGg/0.#epoch.0"

  // MARK: - Tokens

  /// The request that is refused, and who sends it.
  private func checkTokens(
    _ mistake: String, _ code: PravegaError.Code, _ action: FaultAction
  ) throws {
    for request in ["SetupAppend", "ConditionalAppend"] {
      try withClients { clients in
        clients.plan.add(FaultRule(request, repeats: true, action))
        assertTold(
          mistake, code, address: clients.store, of: Self.state + ": ", clients.makeGroup)
      }
    }
    for (request, operation) in [
      ("SetupAppend", ""), ("ConditionalAppend", ""), ("ReadSegment", "readSegment "),
      ("GetSegmentAttribute", "getSegmentAttribute "),
    ] {
      try withClients { clients in
        try clients.makeGroup()
        clients.plan.add(FaultRule(request, repeats: true, action))
        assertTold(
          mistake, code, address: clients.store, of: "\(operation)\(Self.state): "
        ) { _ = try clients.makeReader() }
        guard !operation.isEmpty else { return }
        assertTold(
          mistake, code, address: clients.store, of: "\(operation)\(Self.state): "
        ) { _ = try clients.groups.readerGroup("g").onlineReaders() }
      }
    }
  }

  func testTokensOfAGroupThatTheStoreRefuses() throws {
    try checkTokens("bad token of a reader", .invalidToken, .refusedToken)
  }

  func testTokensOfAGroupThatExpireAtOnce() throws {
    try checkTokens("expired token of a reader", .tokenExpired, .expiredToken)
  }

  func testTokensOfAReaderThatTheStoreRefusesOrFindsExpired() throws {
    for (mistake, code, subject, action) in [
      ("bad token of a reader", .invalidToken, "", .refusedToken),
      (
        "expired token of a reader", .tokenExpired, "readNextEvent demo/s/0.#epoch.0: ",
        .expiredToken
      ),
    ] as [(String, PravegaError.Code, String, FaultAction)] {
      try withClients { clients in
        try clients.makeGroup()
        let reader = try clients.makeReader()
        clients.plan.add(FaultRule("ReadSegment", repeats: true, action))
        assertTold(mistake, code, address: clients.store, of: subject) {
          while true { _ = try reader.readNextEvent(timeout: .seconds(1)) }
        }
        // Once the store takes tokens again, it reads on.
        clients.plan.removeAll()
        let writer = try clients.makeWriter()
        try writer.writeEvent([7]).get()
        var event: [UInt8]?
        XCTAssertTrue(
          eventually {
            event = try? reader.readNextEvent(timeout: .milliseconds(100)).event
            return event != nil
          })
        XCTAssertEqual(event, [7])
        try reader.close()
      }
    }
  }

  // MARK: - Versions

  func testAStoreOfAnotherAge() throws {
    let script = try MockStore.helloOfAnotherAge()
    let mock = try MockStore(Array(repeating: script, count: 8), patience: .seconds(2))
    defer { mock.close() }
    try withServer(announcing: "\(mock.endpoint)") { server in
      let config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      let groups = try ReaderGroupManager.withScope("demo", config: config)
      defer { groups.close() }
      let factory = try EventStreamClientFactory.withScope("demo", config: config)
      defer { factory.close() }
      let address = "\(mock.endpoint)"
      assertTold(
        "wire versions", .unsupportedOperation, address: address, of: Self.state + ": "
      ) { try groups.createReaderGroup("g", config: .builder().stream("demo/s").build()) }
      let ask = "getSegmentAttribute \(Self.state): "
      assertTold("wire versions", .unsupportedOperation, address: address, of: ask) {
        _ = try factory.createReader(
          readerId: "r", readerGroup: "g", serializer: ByteArraySerializer())
      }
      assertTold("wire versions", .unsupportedOperation, address: address, of: ask) {
        _ = try groups.readerGroup("g").onlineReaders()
      }
    }
  }

  // MARK: - Streams that go away

  func testAStreamThatIsDeletedUnderItsWriter() throws {
    try withClients { clients in
      let writer = try clients.makeWriter()
      try writer.writeEvent([1]).get()
      try clients.manager.sealStream(scope: "demo", stream: "s")
      try clients.manager.deleteStream(scope: "demo", stream: "s")
      for _ in 0..<2 {
        assertTold("stream deleted in use", .invalidStream) { try writer.writeEvent([2]).get() }
      }
      assertTold("stream deleted in use", .invalidStream) { try writer.flush() }
      assertTold("stream deleted in use", .invalidStream) { try writer.close() }
    }
  }

  func testAStreamThatIsDeletedUnderAReaderThatIsAtItsEnd() throws {
    try withClients { clients in
      try clients.makeWriter().writeEvent([1]).get()
      try clients.makeGroup()
      let reader = try clients.makeReader()
      while try reader.readNextEvent(timeout: .seconds(1)).event == nil {}
      try clients.manager.sealStream(scope: "demo", stream: "s")
      try clients.manager.deleteStream(scope: "demo", stream: "s")
      for _ in 0..<2 {
        assertTold("stream deleted in use", .invalidStream) {
          while true { _ = try reader.readNextEvent(timeout: .seconds(1)) }
        }
      }
      try reader.close()
    }
  }

  /// What was not read is gone: that is said first.
  func testAStreamThatIsDeletedBeforeItsReaderHasReadIt() throws {
    try withClients { clients in
      try clients.makeWriter().writeEvent([1]).get()
      try clients.makeGroup()
      let reader = try clients.makeReader()
      try clients.manager.sealStream(scope: "demo", stream: "s")
      try clients.manager.deleteStream(scope: "demo", stream: "s")
      assertTold("events lost in use", .truncatedData) {
        while true { _ = try reader.readNextEvent(timeout: .seconds(1)) }
      }
      assertTold("stream deleted in use", .invalidStream) {
        while true { _ = try reader.readNextEvent(timeout: .seconds(1)) }
      }
      try reader.close()
    }
  }
}
