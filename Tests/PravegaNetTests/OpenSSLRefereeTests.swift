// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

/// The `openssl` program as the other end.
final class OpenSSLRefereeTests: TLSTestCase {
  private func start(_ arguments: [String]) throws -> ChildProcess {
    try ChildProcess("/usr/bin/env", ["openssl"] + arguments, input: .pipe, errors: .null)
  }

  func testOurClientTalksToItsServer() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    let endpoint = listener.endpoint
    listener.close()
    // It answers each line with the line reversed.
    let process = try start(
      [
        "s_server", "-accept", "\(endpoint)", "-cert", certificates.good.certificate, "-key",
        certificates.good.key, "-rev", "-alpn", "h2", "-quiet", "-naccept", "1",
      ])
    defer {
      process.kill()
      process.wait()
    }
    let context = try client(protocols: ["h2"])
    let transport = try connectWhenUp(endpoint, context)
    XCTAssertEqual(transport.negotiatedProtocol, "h2")
    let peer = TestPeer()
    let link = try peer.open(transport)
    peer.queue(Array("drawer\n".utf8))
    link.kick()
    XCTAssertTrue(peer.wait { $0.receivedCount >= 7 })
    XCTAssertEqual(String(decoding: peer.snapshot().received, as: UTF8.self), "reward\n")
    link.close(until: .after(.seconds(5)))
  }

  private func connectWhenUp(_ endpoint: Endpoint, _ context: TLSContext) throws -> TLSTransport {
    let deadline = Deadline.after(.seconds(10))
    while true {
      do throws(NetError) {
        return try connectTLS(to: endpoint, context: context, deadline: deadline)
      } catch {
        guard error.kind == .refused, !deadline.hasPassed else { throw error }
      }
      poll(nil, 0, 10)
    }
  }

  func testItsClientTalksToOurServer() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    defer { listener.close() }
    let process = try start(
      [
        "s_client", "-connect", "\(listener.endpoint)", "-CAfile", certificates.authority,
        "-verify_return_error", "-verify_hostname", "localhost", "-servername", "localhost",
        "-alpn", "h2", "-quiet",
      ])
    let accepted = try listener.accept(until: .after(.seconds(10)))
    let transport = try TLSTransport.accept(
      over: accepted, context: server(protocols: ["h2"]), deadline: .after(.seconds(10)))
    XCTAssertEqual(transport.negotiatedProtocol, "h2")
    let peer = TestPeer(onReceive: { [$0] })
    let link = try peer.open(transport)
    process.write("echo\n")
    XCTAssertEqual(process.readLine(), "echo")
    link.close(until: .after(.seconds(5)))
    process.kill()
    process.wait()
  }
}
