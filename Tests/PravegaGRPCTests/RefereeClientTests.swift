// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaGRPC
import PravegaNet
import PravegaThreads
import XCTest

/// Our client against independent servers.
final class RefereeClientTests: GRPCTestCase {
  private func withServer(_ script: String, _ body: (Endpoint) throws -> Void) throws {
    let server = try Referee(script: script)
    defer { server.stop() }
    guard let line = server.readLine(), let port = UInt16(line) else {
      return XCTFail("the server did not say its port")
    }
    try body(Endpoint(host: "127.0.0.1", port: port))
  }

  func testCallsToGrpcioServer() throws {
    try withServer("grpcio_server.py") { endpoint in
      let channel = makeChannel(endpoint)
      for size in [0, 1, 16_384, 100_000, 1 << 20, (4 << 20) - 7] {
        let request = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let reply = try channel.call(
          Self.echoPath, request: request, deadline: .after(.seconds(20)))
        XCTAssertEqual(reply.message, request)
      }
      XCTAssertEqual(
        failure(channel, "/test.Echo/fail")?.kind,
        .status(GRPCStatus(.notFound, "nicht da: ä%\n\u{1F4A7}")))
      XCTAssertEqual(
        failure(channel, "/test.Echo/nothing")?.kind,
        .status(GRPCStatus(.unimplemented, "Method not found!")))
      // The server knows the deadline, too, and may be the first to say that it has passed.
      switch failure(channel, "/test.Echo/slow", within: .milliseconds(200))?.kind {
      case .deadlineExceeded?: break
      case .status(let status)?: XCTAssertEqual(status.code, .deadlineExceeded)
      case let other: XCTFail("\(String(describing: other))")
      }
      let reply = try channel.call(
        "/test.Echo/trailers", request: [1], deadline: .after(.seconds(5)))
      XCTAssertEqual(reply.headers["x-header"], "h")
      XCTAssertEqual(reply.trailers["x-trailer"], "t")
      var metadata = GRPCMetadata()
      metadata.add("x-test", "value")
      let echoed = try channel.call(
        "/test.Echo/metadata", metadata: metadata, request: [], deadline: .after(.seconds(5)))
      XCTAssertEqual(echoed.message, Array("value".utf8))
      try channel.ping(deadline: .after(.seconds(5)))
    }
  }

  func testManyThreadsCallGrpcioServer() throws {
    try withServer("grpcio_server.py") { endpoint in
      let channel = makeChannel(endpoint)
      let wrong = Monitor(0)
      DispatchQueue.concurrentPerform(iterations: 8) { caller in
        for round in 0..<40 {
          let request = [UInt8](repeating: UInt8(caller), count: 1 + round * 900)
          let reply = try? channel.call(
            Self.echoPath, request: request, deadline: .after(.seconds(20)))
          if reply?.message != request { wrong.withLock { $0 += 1 } }
        }
      }
      XCTAssertEqual(wrong.withLock { $0 }, 0)
    }
  }

  func testOddAnswersOfH2ServerAreToldApart() throws {
    try withServer("h2_server.py") { endpoint in
      let channel = makeChannel(endpoint)
      let pieces = try channel.call("/s/pieces", request: [], deadline: .after(.seconds(5)))
      XCTAssertEqual(pieces.message, Array("ok".utf8))
      // A window of 100 bytes, and two calls at once.
      let large = [UInt8](repeating: 1, count: 20_000)
      let wrong = Monitor(0)
      DispatchQueue.concurrentPerform(iterations: 6) { _ in
        let reply = try? channel.call("/s/echo", request: large, deadline: .after(.seconds(20)))
        if reply?.message != large { wrong.withLock { $0 += 1 } }
      }
      XCTAssertEqual(wrong.withLock { $0 }, 0)
      let kinds: [(String, GRPCError.Kind)] = [
        ("trailers-only", .status(GRPCStatus(.notFound, "a b%zz"))),
        ("unavailable", .status(GRPCStatus(.unavailable, "HTTP status 503"))),
        ("html", .status(GRPCStatus(.unknown, "the reply is of type 'text/html', not gRPC"))),
        ("no-status", .protocolViolation("the reply ended without a status")),
        ("no-message", .protocolViolation("the reply has no message")),
        ("two-messages", .protocolViolation("the reply has more than one message")),
        ("strange-status", .status(GRPCStatus(.unknown))),
        ("reset", .streamReset("INTERNAL_ERROR")),
      ]
      for (path, kind) in kinds {
        let error = failure(channel, "/s/\(path)")
        XCTAssertEqual(error?.kind, kind, path)
        XCTAssertEqual(error?.wasProcessed, .unknown, path)
      }
      let refused = failure(channel, "/s/refuse")
      XCTAssertEqual(refused?.kind, .streamReset("REFUSED_STREAM"))
      XCTAssertEqual(refused?.wasProcessed, GRPCError.Processed.none)
      XCTAssertTrue(channel.isUsable)
    }
  }

  func testEndsOfH2ServersConnectionSayWhatIsSafe() throws {
    try withServer("h2_server.py") { endpoint in
      let leaving = makeChannel(endpoint)
      let error = failure(leaving, "/s/goaway")
      XCTAssertEqual(error?.kind, .goAway(": moving house"))
      XCTAssertEqual(error?.wasProcessed, GRPCError.Processed.none)
      XCTAssertFalse(leaving.isUsable)
      let cut = makeChannel(endpoint)
      let lost = failure(cut, "/s/cut")
      guard case .connectionLost? = lost?.kind else {
        return XCTFail("\(String(describing: lost))")
      }
      XCTAssertEqual(lost?.wasProcessed, .unknown)
      XCTAssertEqual(
        failure(makeChannel(endpoint), "/s/hang", within: .milliseconds(100))?.kind,
        .deadlineExceeded)
    }
  }
}
