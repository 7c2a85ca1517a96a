// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Replays the requests that were recorded against a real controller, over the network, and
/// compares every answer.
///
/// Needs a Python with `grpcio`: set `PRAVEGA_TEST_PYTHON` to its path.
final class ControllerProbeConformanceTests: LeakCheckedTestCase {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  func testEveryRecordedAnswerIsGiven() throws {
    guard let python = ProcessInfo.processInfo.environment["PRAVEGA_TEST_PYTHON"] else {
      throw XCTSkip("PRAVEGA_TEST_PYTHON names no Python with grpcio")
    }
    let server = try StandaloneServer.start()
    defer { server.close() }
    let address = server.controllerURI.dropFirst("tcp://".count)
    let (status, output) = try run(
      python,
      [
        Self.tests.appendingPathComponent("tools/controller_probe.py").path, "check",
        Self.tests.appendingPathComponent("Fixtures/probes/controller").path, "--controller",
        String(address), "--relaxed",
      ])
    XCTAssertEqual(status, 0, output)
    XCTAssertTrue(output.contains("73 passed, 0 failed"), output)
  }

  private func run(_ program: String, _ arguments: [String]) throws -> (Int32, String) {
    let (code, output, _) = try ChildProcess.run(program, arguments, errors: .output)
    return (code, output)
  }
}
