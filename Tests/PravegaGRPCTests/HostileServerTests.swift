// SPDX-License-Identifier: Apache-2.0

import PravegaGRPC
import PravegaHTTP2
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

/// Servers that flood the client which called them, over real sockets: the call ends with a typed
/// error, the server hears which rule it broke, and nothing of the flood is kept.
final class HostileServerTests: GRPCTestCase {
  private typealias Piece = @Sendable (Int) -> [UInt8]

  private static func bytes(_ frames: HTTP2Frame...) -> [UInt8] {
    var output: [UInt8] = []
    for frame in frames { frame.append(to: &output) }
    return output
  }

  /// What the server says when it has heard the call on stream 1.
  private func outcome(
    _ opening: [UInt8], _ piece: @escaping Piece, _ what: String
  ) throws -> (FloodingPeer.Outcome, GRPCError?) {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    let result = Promise<FloodingPeer.Outcome>()
    let worker = Worker.start(name: "flood") {
      do {
        let soon = Deadline.after(.seconds(10))
        var peer = FloodingPeer(try listener.accept(until: soon))
        peer.open(Self.bytes(.settings([])), awaiting: 1, until: soon)
        result.succeed(peer.flood(opening, piece, limit: 64 << 20, until: soon))
      } catch { result.fail(error) }
    }
    defer {
      listener.close()
      XCTAssertTrue(worker.join(until: .after(.seconds(10))))
    }
    let channel = makeChannel(listener.endpoint)
    let error = failure(channel, within: .seconds(10))
    XCTAssertFalse(channel.isUsable, what)
    return (try result.future.get(until: .after(.seconds(10))), error)
  }

  private func check(
    _ opening: [UInt8], _ code: HTTP2ErrorCode, _ what: String, _ piece: @escaping Piece
  ) throws {
    let (outcome, error) = try outcome(opening, piece, what)
    guard case .protocolViolation? = error?.kind else {
      return XCTFail("\(what): \(String(describing: error))")
    }
    XCTAssertEqual(error?.wasProcessed, .unknown, what)
    XCTAssertTrue(outcome.hasEnded, what)
    XCTAssertEqual(outcome.goAwayCode, code.rawValue, what)
    // What the two sockets hold, and not what the server has.
    XCTAssertLessThan(outcome.sentByteCount, 32 << 20, what)
  }

  func testAContinuationFlood() throws {
    for size in [0, 1, 16_000] {
      let fragment = [UInt8](repeating: 0x88, count: size)[...]
      try check(
        Self.bytes(.headers(1, fragment, endStream: false, endHeaders: false)), .enhanceYourCalm,
        "\(size) bytes a frame"
      ) { _ in Self.bytes(.continuation(1, fragment, endHeaders: false)) }
    }
  }

  func testAPushFlood() throws {
    for stream in [1, 2, 3] as [StreamID] {
      try check([], .protocolError, "stream \(stream)") { _ in Self.bytes(.pushPromise(stream)) }
    }
  }

  func testOtherFloods() throws {
    let kinds: [(String, Piece)] = [
      ("PING", { Self.bytes(.ping(UInt64($0))) }), ("SETTINGS", { _ in Self.bytes(.settings([])) }),
      ("unknown frames", { _ in Self.bytes(.unknown(type: 77)) }),
      ("WINDOW_UPDATE", { _ in Self.bytes(.windowUpdate(0, increment: 1)) }),
    ]
    for (what, piece) in kinds { try check([], .enhanceYourCalm, what, piece) }
  }

  func testAfterAFloodAnotherServerIsCalledAsEver() throws {
    let (_, error) = try outcome([], { _ in Self.bytes(.pushPromise(1)) }, "push")
    XCTAssertEqual(error?.status.code, .internal)
    let (_, endpoint) = try startServer()
    let reply = try makeChannel(endpoint).call(
      Self.echoPath, request: [3], deadline: .after(.seconds(5)))
    XCTAssertEqual(reply.message, [3])
  }
}
