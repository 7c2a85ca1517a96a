// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaTestKit
import XCTest

/// Runs a program that nobody here wrote, or a script around one.
final class Referee {
  private let process: ChildProcess

  /// Starts `Tests/referees/grpc/NAME` with the Python that has the packages.
  init(script: String, _ arguments: [String] = []) throws {
    guard let python = ProcessInfo.processInfo.environment["PRAVEGA_TEST_PYTHON"] else {
      throw XCTSkip("PRAVEGA_TEST_PYTHON names no Python with grpcio, h2 and hpack")
    }
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let path = tests.appendingPathComponent("referees/grpc/\(script)").path
    process = try Self.start(python, [path] + arguments)
  }

  init(program: String, _ arguments: [String]) throws {
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw XCTSkip("\(program) is not installed")
    }
    process = try Self.start(program, arguments)
  }

  private static func start(_ program: String, _ arguments: [String]) throws -> ChildProcess {
    try ChildProcess(program, arguments, input: .pipe, errors: .output)
  }

  /// The next line of the output; `nil` at its end.
  func readLine() -> String? { process.readLine() }

  func write(_ line: String) { process.write(line + "\n") }

  /// The whole output and the exit code.
  func finish() -> (output: String, code: Int32) {
    var lines: [String] = []
    while let line = readLine() { lines.append(line) }
    return (lines.joined(separator: "\n"), process.wait().code)
  }

  /// Ends a server that lives as long as its input.
  func stop() {
    process.closeInput()
    process.wait()
  }
}
