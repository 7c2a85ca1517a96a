// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Wrong names and arguments, and things that are not there, or not any more.
final class MistakeArgumentTests: MistakeTestCase {
  private func withStream(_ body: (StandaloneServer, StreamManager) throws -> Void) throws {
    var configuration = StandaloneServer.Configuration()
    configuration.seeds = [.init(scope: "demo", stream: "s")]
    try withServer(configuration) { server in
      let manager = try StreamManager.create(controllerURI: ControllerURI(server.controllerURI))
      defer { manager.close() }
      try body(server, manager)
    }
  }

  private let config = StreamConfiguration(
    uncheckedPolicy: .single, retentionPolicy: nil, timestampAggregationTimeoutMillis: 0, tags: [],
    rolloverSizeBytes: 0)

  func testNamesThatCannotBe() throws {
    let manager = try StreamManager.create(controllerURI: ControllerURI("tcp://127.0.0.1:1"))
    defer { manager.close() }
    assertTold("name with a space", .invalidArgument) {
      try manager.createStream(scope: "demo", stream: "my stream", config: config)
    }
    let long = String(repeating: "x", count: 300)
    assertTold("name too long", .invalidArgument, address: String(long.prefix(64))) {
      try manager.createScope(long)
    }
    assertTold("reserved name", .invalidArgument) { try manager.createScope("_demo") }
  }

  func testAGroupWithoutStreams() {
    assertTold("group without streams", .invalidArgument) {
      _ = try ReaderGroupConfig.builder().build()
    }
  }

  func testAnUnknownScopeAndAnUnknownStream() throws {
    try withServer { server in
      let manager = try StreamManager.create(controllerURI: ControllerURI(server.controllerURI))
      defer { manager.close() }
      assertTold("unknown scope", .noSuchScope) {
        try manager.createStream(scope: "demo", stream: "s", config: config)
      }
      _ = try manager.createScope("demo")
      assertTold("unknown stream", .invalidStream) { try write(server, to: "none") }
    }
  }

  func testAStreamThatIsSealedAndThenDeleted() throws {
    try withStream { server, manager in
      try manager.sealStream(scope: "demo", stream: "s")
      assertTold("sealed stream", .segmentSealed) { try write(server) }
      try manager.deleteStream(scope: "demo", stream: "s")
      assertTold("deleted stream", .invalidStream) { try write(server) }
    }
  }

  func testAStreamThatIsSealedUnderItsWriter() throws {
    try withStream { server, manager in
      let factory = try EventStreamClientFactory.withScope(
        "demo", config: ClientConfig(controllerURI: try ControllerURI(server.controllerURI)))
      defer { factory.close() }
      let writer = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
      try writer.writeEvent([1]).get()
      try manager.sealStream(scope: "demo", stream: "s")
      assertTold("sealed stream", .segmentSealed) { try writer.writeEvent([2]).get() }
    }
  }

  func testAnEventOverTheLimit() throws {
    try withStream { server, _ in
      assertTold("event over the limit", .invalidArgument) {
        try write(server, byteCount: 8 << 20 | 1)
      }
    }
  }

  func testReadersOfGroupsThatAreMissingOrHaveThem() throws {
    try withStream { server, _ in
      let config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      let factory = try EventStreamClientFactory.withScope("demo", config: config)
      defer { factory.close() }
      let read = { (factory: EventStreamClientFactory) in
        try factory.createReader(
          readerId: "r", readerGroup: "g", serializer: ByteArraySerializer())
      }
      assertTold("group missing", .readerGroupNotFound) { _ = try read(factory) }
      let groups = try ReaderGroupManager.withScope("demo", config: config)
      defer { groups.close() }
      _ = try groups.createReaderGroup(
        "g",
        config: ReaderGroupConfig.builder()
          .stream(PravegaStream(scope: "demo", stream: "s")).build())
      let reader = try read(factory)
      assertTold("reader name in use", .illegalState) { _ = try read(factory) }
      try reader.close()
    }
  }

  func testAFactoryThatIsClosed() throws {
    try withStream { server, _ in
      let factory = try EventStreamClientFactory.withScope(
        "demo", config: ClientConfig(controllerURI: try ControllerURI(server.controllerURI)))
      factory.close()
      assertTold("closed factory", .objectClosed) {
        _ = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
      }
    }
  }
}
