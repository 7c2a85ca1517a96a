// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

/// The `openssl` program as the other end.
final class OpenSSLRefereeTests: TLSTestCase {
  private func start(_ arguments: [String], input: Pipe, output: Pipe) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  func testOurClientTalksToItsServer() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    let endpoint = listener.endpoint
    listener.close()
    let (input, output) = (Pipe(), Pipe())
    // It answers each line with the line reversed.
    let process = try start(
      [
        "s_server", "-accept", "\(endpoint)", "-cert", certificates.good.certificate, "-key",
        certificates.good.key, "-rev", "-alpn", "h2", "-quiet", "-naccept", "1",
      ], input: input, output: output)
    defer {
      process.terminate()
      process.waitUntilExit()
      for file in [input.fileHandleForWriting, output.fileHandleForReading] { try? file.close() }
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
    let (input, output) = (Pipe(), Pipe())
    let process = try start(
      [
        "s_client", "-connect", "\(listener.endpoint)", "-CAfile", certificates.authority,
        "-verify_return_error", "-verify_hostname", "localhost", "-servername", "localhost",
        "-alpn", "h2", "-quiet",
      ], input: input, output: output)
    let accepted = try listener.accept(until: .after(.seconds(10)))
    let transport = try TLSTransport.accept(
      over: accepted, context: server(protocols: ["h2"]), deadline: .after(.seconds(10)))
    XCTAssertEqual(transport.negotiatedProtocol, "h2")
    let peer = TestPeer(onReceive: { [$0] })
    let link = try peer.open(transport)
    try input.fileHandleForWriting.write(contentsOf: Data("echo\n".utf8))
    let answer = try output.fileHandleForReading.read(upToCount: 5)
    XCTAssertEqual(answer, Data("echo\n".utf8))
    link.close(until: .after(.seconds(5)))
    process.terminate()
    process.waitUntilExit()
    for file in [input.fileHandleForWriting, output.fileHandleForReading] { try? file.close() }
  }
}
