// SPDX-License-Identifier: Apache-2.0

import Foundation
import XCTest

/// Runs a program that nobody here wrote, or a script around one.
final class Referee {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var unread = Data()

  /// Starts `Tests/referees/grpc/NAME` with the Python that has the packages.
  init(script: String, _ arguments: [String] = []) throws {
    guard let python = ProcessInfo.processInfo.environment["PRAVEGA_TEST_PYTHON"] else {
      throw XCTSkip("PRAVEGA_TEST_PYTHON names no Python with grpcio, h2 and hpack")
    }
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let path = tests.appendingPathComponent("referees/grpc/\(script)").path
    try start(python, [path] + arguments)
  }

  init(program: String, _ arguments: [String]) throws {
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw XCTSkip("\(program) is not installed")
    }
    try start(program, arguments)
  }

  private func start(_ program: String, _ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
  }

  /// The next line of the output; `nil` at its end.
  func readLine() -> String? {
    while true {
      if let end = unread.firstIndex(of: 10) {
        defer { unread = Data(unread[unread.index(after: end)...]) }
        return String(decoding: unread[..<end], as: UTF8.self)
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      unread += more
    }
  }

  func write(_ line: String) {
    input.fileHandleForWriting.write(Data((line + "\n").utf8))
  }

  /// The whole output and the exit code.
  func finish() -> (output: String, code: Int32) {
    var lines: [String] = []
    while let line = readLine() { lines.append(line) }
    if !unread.isEmpty { lines.append(String(decoding: unread, as: UTF8.self)) }
    process.waitUntilExit()
    return (lines.joined(separator: "\n"), process.terminationStatus)
  }

  /// Ends a server that lives as long as its input.
  func stop() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
