// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaTestKit
import XCTest

/// `pravega standalone` as a process: its first line, and how it ends.
final class StandaloneCommandTests: LeakCheckedTestCase {
  private func start(_ arguments: String...) throws -> ChildProcess {
    try ChildProcess(
      ProgramProcess.executable.path,
      ["standalone", "--controller-port", "0", "--store-port", "0"] + arguments)
  }

  func testItSaysThatItIsReadyServesAndEndsCleanly() throws {
    for signal in [SIGTERM, SIGINT] {
      let process = try start("--seed", "demo/s:4")
      let line = process.readLine() ?? ""
      let match = try XCTUnwrap(
        line.wholeMatch(of: /READY controller=(tcp:\/\/127\.0\.0\.1:\d+) store=127\.0\.0\.1:\d+/))
      let described = try ProgramProcess.run([
        "stream", "describe", "demo/s", "--controller", String(match.1),
      ])
      XCTAssertEqual(described.output.components(separatedBy: ".#epoch.0").count - 1, 4)
      process.kill(signal)
      XCTAssertEqual(process.wait(), .exit(0))
    }
  }

  func testAReaderThatFollowsTheTailEndsWith130OnInterrupt() throws {
    let server = try start("--seed", "demo/s")
    defer {
      server.kill()
      server.wait()
    }
    let line = server.readLine() ?? ""
    let controller = line.split(separator: " ")[1].dropFirst("controller=".count)
    _ = try ProgramProcess.run(
      ["write", "demo/s", "--controller", String(controller)], input: "hello\n")
    let reader = try ChildProcess(
      ProgramProcess.executable.path, ["read", "demo/s", "--controller", String(controller)])
    XCTAssertEqual(reader.readLine(), "hello")
    reader.kill(SIGINT)
    XCTAssertEqual(reader.wait(), .exit(130))
  }

  func testAFaultThatCannotBeReadAndAPortInUseAreSaid() throws {
    let fault = try ProgramProcess.run(["standalone", "--fault", "Nonsense@1:cut"])
    XCTAssertEqual(fault.status, 2)
    XCTAssertTrue(fault.complaints.contains("Nonsense"), fault.complaints)
    let server = try start()
    let line = server.readLine() ?? ""
    let port = line.split(separator: " ")[1].split(separator: ":").last ?? ""
    let second = try ProgramProcess.run([
      "standalone", "--controller-port", String(port), "--store-port", "0",
    ])
    XCTAssertEqual(second.status, 7)
    XCTAssertTrue(second.complaints.contains("EADDRINUSE (98)"), second.complaints)
    server.kill()
    server.wait()
  }
}
