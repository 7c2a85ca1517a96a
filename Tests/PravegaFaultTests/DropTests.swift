// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import Pravega
@testable import PravegaCore

/// What is dropped without a close ends by itself. Threads and descriptors are counted after every
/// test.
final class DropTests: LeakCheckedTestCase {
  private func withServer(_ body: (StandaloneServer, ClientConfig) throws -> Void) throws {
    var configuration = StandaloneServer.Configuration()
    configuration.seeds = [.init(scope: Bench.scope, stream: Bench.stream, segments: 2)]
    let server = try StandaloneServer.start(configuration)
    defer { server.close() }
    try body(server, ClientConfig(controllerURI: try ControllerURI(server.controllerURI)))
    awaitState("the client's threads to end") { ThreadCount.client == 0 }
  }

  private func factory(_ config: ClientConfig) throws -> EventStreamClientFactory {
    try EventStreamClientFactory.withScope(Bench.scope, config: config)
  }

  private func makeGroup(_ config: ClientConfig) throws {
    try ReaderGroupManager.withScope(Bench.scope, config: config).use { manager in
      let stream = "\(Bench.scope)/\(Bench.stream)"
      _ = try manager.createReaderGroup(
        "group", config: ReaderGroupConfig.builder().stream(stream).build())
    }
  }

  private func storedByteCount(_ server: StandaloneServer) throws -> Int64 {
    try (0..<2).reduce(0) { sum, number in
      let segment = Segment(scope: Bench.scope, stream: Bench.stream, segmentID: Int64(number))
      return sum + (try server.store.info(segment.qualifiedName).length)
    }
  }

  func testAFactoryEndsThatWasUsed() throws {
    weak var core: ClientCore?
    try withServer { _, config in
      try {
        let factory = try factory(config)
        core = factory.client.core
        let writer = try factory.createEventWriter(
          stream: Bench.stream, serializer: UTF8StringSerializer())
        try writer.writeEvent("a").get(timeout: .seconds(10))
        try writer.close()
      }()
      awaitState("the client to be freed") { core == nil }
    }
  }

  func testAWriterGoesOnWithoutItsFactory() throws {
    try withServer { _, config in
      let writer = try factory(config).createEventWriter(
        stream: Bench.stream, serializer: UTF8StringSerializer())
      for _ in 0..<10 { try writer.writeEvent("a").get(timeout: .seconds(10)) }
    }
  }

  func testWhatADroppedWriterHadIsStored() throws {
    let event = [UInt8](repeating: 1, count: 1000)
    for isFactoryDropped in [false, true] {
      weak var stream: StreamWriter?
      try withServer { server, config in
        var kept: EventStreamClientFactory?
        try {
          let factory = try factory(config)
          if !isFactoryDropped { kept = factory }
          let writer = try factory.createEventWriter(
            stream: Bench.stream, serializer: ByteArraySerializer())
          stream = writer.core.stream
          for _ in 0..<500 { try writer.writeEvent(event) }
        }()
        awaitState("the events to be stored") {
          (try? storedByteCount(server)) == 500 * Int64(event.count + 8)
        }
        awaitState("the writer to be freed") { stream == nil }
        kept?.close()
      }
    }
  }

  func testAWriterThatIsDroppedWhileItsStoreHangsEndsAfterAWhile() throws {
    let faults = FaultPlan()
    faults.add(FaultRule("AppendBlockEnd", first: 1, repeats: true, .hang))
    var configuration = StandaloneServer.Configuration()
    configuration.faults = faults
    configuration.seeds = [.init(scope: Bench.scope, stream: Bench.stream)]
    let server = try StandaloneServer.start(configuration)
    weak var core: ClientCore?
    let future = try { () throws -> WriteFuture in
      let config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      let client = try Client(config) { $0.dropPatience = .milliseconds(300) }
      core = client.core
      let writer = try EventStreamClientFactory(scope: Bench.scope, client: client)
        .createEventWriter(stream: Bench.stream, serializer: UTF8StringSerializer())
      let future = try writer.writeEvent("a")
      awaitState("the request") { faults.injectedCount > 0 }
      return future
    }()
    XCTAssertThrowsError(try future.get(timeout: .seconds(10))) { error in
      XCTAssertEqual((error as? PravegaError)?.code, .objectClosed, "\(error)")
    }
    awaitState("the client to be freed") { core == nil }
    awaitState("the client's threads to end") { ThreadCount.client == 0 }
    server.close()
  }

  func testADroppedReaderFreesEverythingAndStaysInItsGroup() throws {
    for isFactoryDropped in [false, true] {
      try withServer { server, config in
        try makeGroup(config)
        weak var core: ClientCore?
        var kept: EventStreamClientFactory?
        try {
          let factory = try factory(config)
          core = factory.client.core
          if !isFactoryDropped { kept = factory }
          let writer = try factory.createEventWriter(
            stream: Bench.stream, serializer: ByteArraySerializer())
          for _ in 0..<100 { try writer.writeEvent([UInt8](repeating: 1, count: 10_000)) }
          try writer.close()
          let reader = try factory.createReader(
            readerId: "reader", readerGroup: "group", serializer: ByteArraySerializer())
          while try reader.readNextEvent(timeout: .seconds(5)).event == nil {}
        }()
        if let kept {
          awaitState("the buffers to be free") { kept.client.core.readBudget.used == 0 }
          XCTAssertEqual(kept.client.core.closing.boundCount, 0)
          kept.close()
        }
        kept = nil
        awaitState("the client to be freed") { core == nil }
        try ReaderGroupManager.withScope(Bench.scope, config: config).use { manager in
          let group = try manager.readerGroup("group")
          XCTAssertEqual(try group.onlineReaders(), ["reader"])
          try group.readerOffline("reader", lastPosition: nil)
          XCTAssertEqual(try group.onlineReaders(), [])
        }
      }
    }
  }

  func testManagersAndGroupsEnd() throws {
    try withServer { _, config in
      try makeGroup(config)
      let group = try ReaderGroupManager.withScope(Bench.scope, config: config)
        .readerGroup("group")
      XCTAssertEqual(try group.onlineReaders(), [])
      var names = try StreamManager.create(clientConfig: config).listScopes()
      XCTAssertEqual(try names.remaining().contains(Bench.scope), true)
    }
  }

  func testADropWhileTheStoreCannotBeReachedEnds() throws {
    let peer = try SilentPeer()
    var configuration = StandaloneServer.Configuration()
    configuration.announce = peer.endpoint.description
    configuration.seeds = [.init(scope: Bench.scope, stream: Bench.stream)]
    let server = try StandaloneServer.start(configuration)
    weak var core: ClientCore?
    try {
      let config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      let client = try Client(config) { $0.dropPatience = .milliseconds(100) }
      core = client.core
      let writer = try EventStreamClientFactory(scope: Bench.scope, client: client)
        .createEventWriter(stream: Bench.stream, serializer: UTF8StringSerializer())
      try writer.writeEvent("a")
      awaitState("a connection") { peer.count > 0 }
    }()
    awaitState("the client to be freed") { core == nil }
    peer.close()
    server.close()
  }

  func testServersEnd() throws {
    for hasClient in [false, true] {
      weak var server: StandaloneServer?
      var factory: EventStreamClientFactory?
      var port = ""
      try {
        var configuration = StandaloneServer.Configuration()
        configuration.faults = FaultPlan()
        configuration.seeds = [.init(scope: Bench.scope, stream: Bench.stream)]
        let started = try StandaloneServer.start(configuration)
        (server, port) = (started, started.storeEndpoint)
        guard hasClient else { return }
        let config = ClientConfig(controllerURI: try ControllerURI(started.controllerURI))
        factory = try self.factory(config)
        let writer = try factory?.createEventWriter(
          stream: Bench.stream, serializer: UTF8StringSerializer())
        try writer?.writeEvent("a").get(timeout: .seconds(10))
      }()
      XCTAssertNil(server)
      let endpoint = try XCTUnwrap(Endpoint(parsing: port))
      awaitState("the port to be free") {
        (try? connectTCP(to: endpoint, deadline: .after(.seconds(1))))?.close() == nil
      }
      factory?.close()
      awaitState("all threads to end") { Worker.liveCount == 0 }
    }
  }

  func testATestClusterEnds() throws {
    try {
      let cluster = try TestCluster.start()
      let scope = try cluster.makeScope()
      try cluster.makeStream(scope, "events")
    }()
    awaitState("all threads to end") { Worker.liveCount == 0 }
  }

  func testUsersThatComeAndGoAreForgotten() throws {
    let bench = try Bench(segments: 2)
    let closing = bench.client.core.closing
    try bench.makeGroup()
    for number in 0..<30 {
      let reader = try bench.makeReader("reader-\(number)")
      let writer = try bench.factory.createEventWriter(
        stream: Bench.stream, serializer: UTF8StringSerializer())
      try writer.writeEvent("a").get(timeout: .seconds(10))
      if number % 2 == 0 {
        try reader.close()
        try writer.close()
      }
    }
    awaitState("all to be forgotten") { closing.boundCount == 0 }
    bench.close()
  }
}
