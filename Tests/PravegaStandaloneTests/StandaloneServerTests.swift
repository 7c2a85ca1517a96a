// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaGRPC
import PravegaNet
import PravegaProtobuf
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

final class StandaloneServerTests: LeakCheckedTestCase {
  private func channel(to server: StandaloneServer) throws -> GRPCChannel {
    let address = String(server.controllerURI.dropFirst("tcp://".count))
    let endpoint = try XCTUnwrap(Endpoint(parsing: address))
    return GRPCChannel(GRPCChannelConfiguration(endpoint: endpoint))
  }

  private func call<Request: ProtobufMessage, Reply: ProtobufMessage>(
    _ channel: GRPCChannel, _ method: ProtobufMethod<Request, Reply>, _ request: Request
  ) throws -> Reply {
    let reply = try channel.call(
      method.path, request: request.serialized(), deadline: .after(.seconds(10)))
    return try Reply(protobuf: reply.message)
  }

  private func uri(_ channel: GRPCChannel) throws -> Proto.NodeUri {
    let segment = Proto.SegmentId(
      streamInfo: Proto.StreamInfo(scope: "s", stream: "t"), segmentId: 0)
    return try call(channel, Proto.ControllerService.getURI, segment)
  }

  private func configured(
    _ change: (inout StandaloneServer.Configuration) throws -> Void
  ) rethrows -> StandaloneServer.Configuration {
    var configuration = StandaloneServer.Configuration()
    try change(&configuration)
    return configuration
  }

  func testTheServerStartsWithinFiftyMillisecondsAndEndsItsThreads() throws {
    let before = Worker.liveCount
    let start = Deadline.now
    let server = try StandaloneServer.start()
    XCTAssertLessThan(Deadline.now.nanoseconds - start.nanoseconds, 50_000_000)
    server.close()
    server.close()
    XCTAssertEqual(Worker.liveCount, before)
  }

  func testTheStoreIsAnnouncedAtTheAddressTheCallerUsed() throws {
    let server = try StandaloneServer.start()
    defer { server.close() }
    let channel = try channel(to: server)
    defer { channel.close() }
    let node = try uri(channel)
    XCTAssertEqual("\(node.endpoint):\(node.port)", server.storeEndpoint)
  }

  func testAnAnnouncedAddressReplacesTheStores() throws {
    let server = try StandaloneServer.start(configured { $0.announce = "store.example:1234" })
    defer { server.close() }
    let channel = try channel(to: server)
    defer { channel.close() }
    let node = try uri(channel)
    XCTAssertEqual(node.endpoint, "store.example")
    XCTAssertEqual(node.port, 1234)
    XCTAssertThrowsError(try StandaloneServer.start(configured { $0.announce = "nonsense" }))
  }

  func testStateOutlivesTheNetwork() throws {
    let server = try StandaloneServer.start(
      configured { $0.seeds = [try StandaloneServer.Seed("s/t:3")] })
    defer { server.close() }
    let address = server.controllerURI
    server.stopNetwork()
    server.stopNetwork(.store)
    let early = try channel(to: server)
    defer { early.close() }
    XCTAssertThrowsError(try uri(early))
    try server.startNetwork()
    try server.startNetwork(.controller)
    XCTAssertEqual(server.controllerURI, address)
    // Another channel: the first may wait a little before it connects again.
    let channel = try channel(to: server)
    defer { channel.close() }
    let ranges = try call(
      channel, Proto.ControllerService.getCurrentSegments,
      Proto.StreamInfo(scope: "s", stream: "t"))
    XCTAssertEqual(ranges.segmentRanges.count, 3)
    server.close()
    XCTAssertThrowsError(try server.startNetwork())
  }

  func testSeedsAreParsedAndChecked() throws {
    XCTAssertEqual(
      try StandaloneServer.Seed("a/b"), StandaloneServer.Seed(scope: "a", stream: "b"))
    XCTAssertEqual(try StandaloneServer.Seed("a/b:4").segments, 4)
    for text in ["", "a", "a/", "/b", "a/b:", "a/b:0", "a/b:x", "a/b/c", "a/b:1:2", "a/b:-1"] {
      XCTAssertThrowsError(try StandaloneServer.Seed(text), text)
    }
    XCTAssertThrowsError(
      try StandaloneServer.start(configured { $0.seeds = [.init(scope: "a", stream: "b c")] }))
  }

  func testAPortThatIsTakenIsReported() throws {
    let server = try StandaloneServer.start()
    defer { server.close() }
    let port = try XCTUnwrap(UInt16(server.storeEndpoint.split(separator: ":").last ?? ""))
    XCTAssertThrowsError(try StandaloneServer.start(configured { $0.storePort = port })) { error in
      XCTAssertEqual((error as? PravegaError)?.code, .connectionFailed)
    }
    XCTAssertThrowsError(
      try StandaloneServer.start(configured { $0.controllerPort = port })
    ) { error in
      XCTAssertEqual((error as? PravegaError)?.code, .connectionFailed)
    }
  }

  func testFaultsMeetControllerCalls() throws {
    let plan = FaultPlan()
    plan.add(FaultRule("getURI", first: 1, .status(14)))
    plan.add(FaultRule("getURI", first: 2, .moved("elsewhere:77")))
    plan.add(FaultRule("getURI", first: 3, .expiredToken))
    let server = try StandaloneServer.start(configured { $0.faults = plan })
    defer { server.close() }
    let channel = try channel(to: server)
    defer { channel.close() }
    XCTAssertThrowsError(try uri(channel)) { error in
      XCTAssertEqual((error as? GRPCError)?.status.code, .unavailable)
    }
    XCTAssertEqual(try uri(channel).endpoint, "elsewhere")
    XCTAssertThrowsError(try uri(channel)) { error in
      XCTAssertEqual((error as? GRPCError)?.status.code, .unauthenticated)
    }
    XCTAssertEqual(try uri(channel).endpoint, "127.0.0.1")
    XCTAssertEqual(plan.injectedCount, 3)
  }

  func testASealFaultLeavesASuccessor() throws {
    let server = try StandaloneServer.start(
      configured { $0.seeds = [.init(scope: "s", stream: "t", segments: 2)] })
    defer { server.close() }
    server.controller.core.replaceSegment(named: "s/t/1.#epoch.0")
    let channel = try channel(to: server)
    defer { channel.close() }
    let id = Proto.SegmentId(
      streamInfo: Proto.StreamInfo(scope: "s", stream: "t"), segmentId: 1)
    let next = try call(
      channel, Proto.ControllerService.getSegmentsImmediatelyFollowing, id)
    XCTAssertEqual(next.segments.count, 1)
    XCTAssertEqual(next.segments.first?.value, [1])
  }
}
