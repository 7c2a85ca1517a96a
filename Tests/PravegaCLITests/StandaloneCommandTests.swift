// SPDX-License-Identifier: Apache-2.0

import Foundation
import XCTest

/// `pravega standalone` as a process: its first line, and how it ends.
final class StandaloneCommandTests: XCTestCase {
  private func start(_ arguments: String...) throws -> (Process, FileHandle) {
    let process = Process()
    process.executableURL = ProgramProcess.executable
    process.arguments =
      ["standalone", "--controller-port", "0", "--store-port", "0"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return (process, output.fileHandleForReading)
  }

  private func firstLine(_ handle: FileHandle) -> String {
    var line = Data()
    while let byte = try? handle.read(upToCount: 1), let first = byte.first, first != 10 {
      line.append(first)
    }
    return String(decoding: line, as: UTF8.self)
  }

  func testItSaysThatItIsReadyServesAndEndsCleanly() throws {
    for signal in [SIGTERM, SIGINT] {
      let (process, output) = try start("--seed", "demo/s:4")
      let line = firstLine(output)
      let match = try XCTUnwrap(
        line.wholeMatch(of: /READY controller=(tcp:\/\/127\.0\.0\.1:\d+) store=127\.0\.0\.1:\d+/))
      let described = try ProgramProcess.run([
        "stream", "describe", "demo/s", "--controller", String(match.1),
      ])
      XCTAssertEqual(described.output.components(separatedBy: ".#epoch.0").count - 1, 4)
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      XCTAssertEqual(process.terminationReason, .exit)
      XCTAssertEqual(process.terminationStatus, 0)
    }
  }

  func testAReaderThatFollowsTheTailEndsWith130OnInterrupt() throws {
    let (server, output) = try start("--seed", "demo/s")
    defer {
      server.terminate()
      server.waitUntilExit()
    }
    let controller = firstLine(output).split(separator: " ")[1].dropFirst("controller=".count)
    _ = try ProgramProcess.run(
      ["write", "demo/s", "--controller", String(controller)], input: "hello\n")
    let reader = Process()
    reader.executableURL = ProgramProcess.executable
    reader.arguments = ["read", "demo/s", "--controller", String(controller)]
    let events = Pipe()
    reader.standardOutput = events
    try reader.run()
    XCTAssertEqual(firstLine(events.fileHandleForReading), "hello")
    kill(reader.processIdentifier, SIGINT)
    reader.waitUntilExit()
    XCTAssertEqual(reader.terminationStatus, 130)
  }

  func testAFaultThatCannotBeReadAndAPortInUseAreSaid() throws {
    let fault = try ProgramProcess.run(["standalone", "--fault", "Nonsense@1:cut"])
    XCTAssertEqual(fault.status, 2)
    XCTAssertTrue(fault.complaints.contains("Nonsense"), fault.complaints)
    let (server, output) = try start()
    let port = firstLine(output).split(separator: " ")[1].split(separator: ":").last ?? ""
    let second = try ProgramProcess.run([
      "standalone", "--controller-port", String(port), "--store-port", "0",
    ])
    XCTAssertEqual(second.status, 7)
    XCTAssertTrue(second.complaints.contains("EADDRINUSE (98)"), second.complaints)
    server.terminate()
    server.waitUntilExit()
  }
}
