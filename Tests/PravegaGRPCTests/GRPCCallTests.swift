// SPDX-License-Identifier: Apache-2.0

import PravegaGRPC
import PravegaNet
import PravegaThreads
import XCTest

/// Our client and our server over sockets.
final class GRPCCallTests: GRPCTestCase {
  func testReplyHasTheBytesOfTheRequest() throws {
    let (_, endpoint) = try startServer()
    let channel = makeChannel(endpoint)
    for size in [0, 1, 100, 16_384, 65_536, 1 << 20, (4 << 20) - 7] {
      let request = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let reply = try channel.call(
        Self.echoPath, request: request, deadline: .after(.seconds(20)))
      XCTAssertEqual(reply.message, request)
      XCTAssertEqual(reply.trailers["grpc-status"], "0")
    }
  }

  func testManyCallersShareOneConnection() throws {
    let (server, endpoint) = try startServer()
    let channel = makeChannel(endpoint)
    let failures = Monitor([String]())
    DispatchQueue.concurrentPerform(iterations: 16) { caller in
      for round in 0..<50 {
        let request = [UInt8](repeating: UInt8(caller), count: 1 + round * 300)
        let reply = try? channel.call(
          Self.echoPath, request: request, deadline: .after(.seconds(20)))
        if reply?.message != request { failures.withLock { $0.append("\(caller)/\(round)") } }
      }
    }
    XCTAssertEqual(failures.withLock { $0 }, [])
    XCTAssertEqual(server.connectionCount, 1)
  }

  func testMetadataAndAddressesReachTheHandler() throws {
    let seen = Promise<GRPCServerCall>()
    let (_, endpoint) = try startServer([
      "/s/m": { call in
        seen.succeed(call)
        return []
      }
    ])
    var metadata = GRPCMetadata()
    metadata.add("Authorization", "Basic YTpi", isSecret: true)
    metadata.add("requestid", "-42")
    _ = try makeChannel(endpoint).call(
      "/s/m", metadata: metadata, request: [], deadline: .after(.seconds(5)))
    let call = try seen.future.get(until: .after(.seconds(5)))
    XCTAssertEqual(call.metadata["authorization"], "Basic YTpi")
    XCTAssertEqual(call.metadata["requestid"], "-42")
    XCTAssertEqual(call.connection.local, endpoint)
    XCTAssertEqual(call.connection.remote?.host, "127.0.0.1")
    XCTAssertEqual(call.method, "m")
    XCTAssertLessThan(call.deadline.remaining, .seconds(6))
    XCTAssertFalse("\(call.metadata)".contains("YTpi"))
  }

  func testStatusAndItsTextReachTheCaller() throws {
    let text = "nicht gefunden: ä % \u{1F4A7}\nzweite Zeile"
    let (_, endpoint) = try startServer([
      "/s/known": { _ in throw GRPCStatus(.notFound, text) },
      "/s/other": { _ in throw PromiseError.abandoned },
    ])
    let channel = makeChannel(endpoint)
    XCTAssertEqual(failure(channel, "/s/known")?.kind, .status(GRPCStatus(.notFound, text)))
    XCTAssertEqual(failure(channel, "/s/other")?.kind, .status(GRPCStatus(.unknown)))
    XCTAssertEqual(
      failure(channel, "/s/none")?.kind,
      .status(GRPCStatus(.unimplemented, "Method not found: s/none")))
    XCTAssertTrue(channel.isUsable)
  }

  func testDeadlineEndsTheWaitAndTellsTheServer() throws {
    let started = Promise<GRPCServerCall>()
    let (_, endpoint) = try startServer([
      "/s/slow": { call in
        started.succeed(call)
        waitUntilCancelled(call)
        return []
      }
    ])
    let channel = makeChannel(endpoint)
    let error = failure(channel, "/s/slow", within: .milliseconds(200))
    XCTAssertEqual(error?.kind, .deadlineExceeded)
    XCTAssertEqual(error?.wasProcessed, .unknown)
    let call = try started.future.get(until: .after(.seconds(5)))
    XCTAssertTrue(eventually { call.isCancelled })
    XCTAssertTrue(channel.isUsable)
  }

  func testTooLargeMessagesAreRefusedOnEitherSide() throws {
    let (_, endpoint) = try startServer([
      Self.echoPath: Self.echo,
      "/s/large": { _ in [UInt8](repeating: 0, count: 5_000) },
    ]) { $0.maxMessageSize = 10_000 }
    let small = makeChannel(endpoint) { $0.maxMessageSize = 1_000 }
    XCTAssertEqual(
      failure(small, Self.echoPath, [UInt8](repeating: 1, count: 1_001))?.kind, .requestTooLarge)
    XCTAssertEqual(failure(small, "/s/large")?.kind, .replyTooLarge)
    let channel = makeChannel(endpoint)
    let error = failure(channel, Self.echoPath, [UInt8](repeating: 1, count: 200_000))
    XCTAssertEqual(
      error?.kind,
      .status(
        GRPCStatus(.resourceExhausted, "gRPC message exceeds maximum size 10000: 200000")))
    _ = try channel.call(Self.echoPath, request: [1], deadline: .after(.seconds(5)))
  }

  func testMetadataThatCannotBeSentIsRefused() throws {
    let (_, endpoint) = try startServer()
    let channel = makeChannel(endpoint)
    for (name, value) in [
      ("a", "line\nbreak"), ("a", "ä"), ("grpc-x", "a"), ("b d", "c"), ("", "c"),
    ] {
      var metadata = GRPCMetadata()
      metadata.add(name, value)
      XCTAssertThrowsError(
        try channel.call(
          Self.echoPath, metadata: metadata, request: [], deadline: .after(.seconds(5)))
      ) { error in
        XCTAssertEqual((error as? GRPCError)?.kind, .invalidMetadata(name))
      }
    }
  }

  func testPingIsAnswered() throws {
    let (_, endpoint) = try startServer()
    let channel = makeChannel(endpoint)
    for _ in 0..<3 { try channel.ping(deadline: .after(.seconds(5))) }
  }

  func testServerStartsAgainAtTheSamePort() throws {
    let (server, endpoint) = try startServer()
    for _ in 0..<3 {
      let channel = makeChannel(endpoint)
      _ = try channel.call(Self.echoPath, request: [1], deadline: .after(.seconds(5)))
      XCTAssertTrue(server.stop())
      XCTAssertTrue(eventually { !channel.isUsable })
      XCTAssertNotNil(failure(channel))
      XCTAssertEqual(try server.start(endpoint), endpoint)
    }
    XCTAssertThrowsError(try server.start(endpoint)) { error in
      XCTAssertEqual((error as? NetError)?.kind, .addressInUse)
    }
  }
}
