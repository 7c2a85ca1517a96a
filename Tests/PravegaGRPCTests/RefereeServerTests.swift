// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaGRPC
import PravegaNet
import PravegaThreads
import XCTest

/// Independent clients against our server.
final class RefereeServerTests: GRPCTestCase {
  private func startEcho() throws -> Endpoint {
    try startServer([
      Self.echoPath: Self.echo,
      "/test.Echo/fail": { _ in throw GRPCStatus(.notFound, "nicht da: ä%") },
      "/test.Echo/crash": { _ in throw PromiseError.abandoned },
      "/test.Echo/metadata": { Array(($0.metadata["x-test"] ?? "").utf8) },
      "/test.Echo/slow": { call in
        waitUntilCancelled(call)
        return []
      },
    ]).1
  }

  func testGrpcioClientIsServed() throws {
    let (output, code) = try Referee(script: "grpcio_client.py", ["\(startEcho())"]).finish()
    XCTAssertEqual(code, 0, output)
  }

  func testH2ClientIsServed() throws {
    let (output, code) = try Referee(script: "h2_client.py", ["\(startEcho())"]).finish()
    XCTAssertEqual(code, 0, output)
  }

  func testNghttpClientIsServed() throws {
    let endpoint = try startEcho()
    let file = NSTemporaryDirectory() + "pravega-nghttp-\(UUID().uuidString)"
    try Data([0, 0, 0, 0, 2, 0x68, 0x69]).write(to: URL(fileURLWithPath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let arguments = [
      "-v", "-n", "-m", "20", "-d", file, "-H", "content-type: application/grpc", "-H",
      "te: trailers", "-H", ":method: POST", "http://\(endpoint)\(Self.echoPath)",
    ]
    let (output, code) = try Referee(program: "/usr/bin/nghttp", arguments).finish()
    XCTAssertEqual(code, 0, output)
    let replies = output.components(separatedBy: "grpc-status: 0").count - 1
    XCTAssertEqual(replies, 20, output)
  }
}
