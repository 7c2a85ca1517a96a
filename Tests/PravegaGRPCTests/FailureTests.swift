// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaGRPC
import PravegaNet
import PravegaThreads
import XCTest

/// Peers that are no gRPC servers, and ends of every kind.
final class FailureTests: GRPCTestCase {
  /// A peer that says something to whoever connects, then closes or stays silent.
  private func withPeer(
    saying bytes: [UInt8], closes: Bool, _ body: (Endpoint, Monitor<[TCPTransport]>) throws -> Void
  ) throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    let accepted = Monitor([TCPTransport]())
    let worker = Worker.start(name: "peer") {
      while let transport = try? listener.accept(until: .distantFuture) {
        _ = bytes.withUnsafeBytes { send(transport.descriptor, $0.baseAddress, $0.count, 0) }
        if closes { transport.shutdownSending() }
        accepted.withLock { $0.append(transport) }
      }
    }
    defer {
      listener.close()
      worker.join(until: .after(.seconds(5)))
      for transport in accepted.withLock({ $0 }) { transport.close() }
    }
    try body(listener.endpoint, accepted)
  }

  func testForeignPeersAreNamed() throws {
    let cases: [([UInt8], GRPCPeerProtocol)] = [
      (Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), .http1),
      ([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x16], .tls),
      ([0xff, 0xff, 0xff, 0x81, 0, 0], .other([0xff, 0xff, 0xff, 0x81, 0, 0])),
    ]
    for (bytes, spoken) in cases {
      for closes in [true, false] {
        try withPeer(saying: bytes, closes: closes) { endpoint, _ in
          let error = failure(makeChannel(endpoint))
          XCTAssertEqual(error?.kind, .notHTTP2(spoken))
          XCTAssertEqual(error?.wasProcessed, GRPCError.Processed.none)
        }
      }
    }
  }

  func testPeerThatHangsUpAndPeerThatIsSilent() throws {
    try withPeer(saying: [], closes: true) { endpoint, _ in
      XCTAssertEqual(failure(makeChannel(endpoint))?.kind, .notHTTP2(.closesAtOnce))
    }
    try withPeer(saying: [], closes: false) { endpoint, _ in
      let channel = makeChannel(endpoint) { $0.connectTimeout = .milliseconds(100) }
      XCTAssertEqual(failure(channel)?.kind, .peerIsSilent)
      let hasty = makeChannel(endpoint)
      XCTAssertEqual(failure(hasty, within: .milliseconds(50))?.kind, .deadlineExceeded)
      XCTAssertTrue(hasty.isUsable, "one caller's haste is not the server's fault")
    }
  }

  func testNobodyListens() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    let endpoint = listener.endpoint
    listener.close()
    let error = failure(makeChannel(endpoint))
    guard case .connectFailed(let cause)? = error?.kind else { return XCTFail("\(error as Any)") }
    XCTAssertEqual(cause.kind, .refused)
    XCTAssertEqual(error?.status.code, .unavailable)
    XCTAssertEqual(error?.wasProcessed, GRPCError.Processed.none)
  }

  func testServersEndWakesEveryCaller() throws {
    let entered = DispatchSemaphore(value: 0)
    let (server, endpoint) = try startServer([
      "/s/slow": { call in
        entered.signal()
        waitUntilCancelled(call)
        return []
      }
    ])
    let channel = makeChannel(endpoint)
    let kinds = Monitor([GRPCError.Processed?]())
    let callers = (0..<4).map { _ in
      Worker.start(name: "caller") {
        let error = failure(channel, "/s/slow", within: .seconds(30))
        kinds.withLock { $0.append(error?.wasProcessed) }
      }
    }
    for _ in callers { entered.wait() }
    XCTAssertTrue(server.stop())
    for caller in callers { XCTAssertTrue(caller.join(until: .after(.seconds(5)))) }
    XCTAssertEqual(kinds.withLock { $0 }, [.unknown, .unknown, .unknown, .unknown])
    XCTAssertFalse(channel.isUsable)
  }

  func testCloseWakesEveryCallerAndMayBeRepeated() throws {
    let entered = DispatchSemaphore(value: 0)
    let (_, endpoint) = try startServer([
      "/s/slow": { call in
        entered.signal()
        waitUntilCancelled(call)
        return []
      }
    ])
    let channel = makeChannel(endpoint)
    let kinds = Monitor([GRPCError.Kind?]())
    let callers = (0..<4).map { _ in
      Worker.start(name: "caller") {
        let error = failure(channel, "/s/slow", within: .seconds(30))
        kinds.withLock { $0.append(error?.kind) }
      }
    }
    for _ in callers { entered.wait() }
    channel.close()
    channel.close()
    for caller in callers { XCTAssertTrue(caller.join(until: .after(.seconds(5)))) }
    XCTAssertEqual(kinds.withLock { $0 }, [.closed, .closed, .closed, .closed])
    XCTAssertEqual(failure(channel)?.kind, .closed)
  }

  func testCloseWhileConnectingWakesTheCaller() throws {
    try withPeer(saying: [], closes: false) { endpoint, accepted in
      let channel = makeChannel(endpoint) { $0.connectTimeout = .milliseconds(300) }
      let kind = Promise<GRPCError.Kind?>()
      let caller = Worker.start(name: "caller") { kind.succeed(failure(channel)?.kind) }
      XCTAssertTrue(eventually { accepted.withLock { $0.count } == 1 })
      channel.close()
      XCTAssertEqual(try kind.future.get(until: .after(.seconds(5))), .closed)
      XCTAssertTrue(caller.join(until: .after(.seconds(5))))
    }
  }

  func testDroppedChannelLeavesNoThread() throws {
    let (_, endpoint) = try startServer()
    let before = Worker.liveCount
    for _ in 0..<20 {
      let channel = GRPCChannel(GRPCChannelConfiguration(endpoint: endpoint))
      _ = try channel.call(Self.echoPath, request: [1], deadline: .after(.seconds(5)))
    }
    // The server's handler thread stays.
    XCTAssertTrue(eventually { Worker.liveCount <= before + 1 })
  }

  func testKeepAliveNoticesAPeerThatStoppedAnswering() throws {
    // SETTINGS, then nothing any more.
    let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    try withPeer(saying: settings, closes: false) { endpoint, _ in
      let channel = makeChannel(endpoint) {
        $0.keepAliveInterval = .milliseconds(50)
        $0.keepAliveTimeout = .milliseconds(50)
      }
      guard case .connectionLost(let cause?)? = failure(channel, within: .seconds(20))?.kind
      else { return XCTFail("not noticed") }
      XCTAssertEqual(cause.kind, .timedOut)
    }
  }

  func testACallerNoticesThatTheConnectionIsSilent() throws {
    let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    try withPeer(saying: settings, closes: false) { endpoint, _ in
      let channel = makeChannel(endpoint) {
        $0.silence = .milliseconds(50)
        $0.silenceTimeout = .milliseconds(50)
      }
      guard case .connectionLost(let cause?)? = failure(channel, within: .seconds(20))?.kind
      else { return XCTFail("not noticed") }
      XCTAssertEqual(cause.kind, .timedOut)
      XCTAssertFalse(channel.isUsable)
    }
  }

  func testACallThatTakesLongIsNotMistakenForSilence() throws {
    let (_, endpoint) = try startServer([
      "/s/slow": { _ in
        pause(.milliseconds(400))
        return [1]
      }
    ])
    let channel = makeChannel(endpoint) {
      $0.silence = .milliseconds(20)
      $0.silenceTimeout = .milliseconds(100)
    }
    let reply = try channel.call("/s/slow", request: [], deadline: .after(.seconds(10)))
    XCTAssertEqual(reply.message, [1])
  }

  func testKeepAliveKeepsALivingConnection() throws {
    let (_, endpoint) = try startServer([
      "/s/slow": { _ in
        pause(.milliseconds(400))
        return [1]
      }
    ])
    let channel = makeChannel(endpoint) {
      $0.keepAliveInterval = .milliseconds(20)
      $0.keepAliveTimeout = .seconds(5)
    }
    let reply = try channel.call("/s/slow", request: [], deadline: .after(.seconds(10)))
    XCTAssertEqual(reply.message, [1])
  }
}
