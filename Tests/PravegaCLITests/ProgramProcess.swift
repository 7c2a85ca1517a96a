// SPDX-License-Identifier: Apache-2.0

import Foundation
import XCTest

/// Runs the program as a person would: as a process with standard input and output.
struct ProgramProcess {
  var status: Int32
  var output: String
  var complaints: String

  static var executable: URL {
    Bundle(for: ProgramTests.self).bundleURL.appendingPathComponent("pravega")
  }

  /// - Parameter redirect: Shell text after the command, such as `> /dev/full`.
  /// - Parameter nobodyReads: Standard output is a pipe whose other end is closed.
  static func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:],
    redirect: String? = nil, nobodyReads: Bool = false
  ) throws -> ProgramProcess {
    let process = Process()
    if let redirect {
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      let line = ([executable.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
      process.arguments = ["-c", line + " " + redirect]
    } else {
      process.executableURL = executable
      process.arguments = arguments
    }
    var all = ProcessInfo.processInfo.environment
    all["PRAVEGA_CONTROLLER_URI"] = nil
    process.environment = all.merging(environment) { $1 }
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    if nobodyReads { try stdout.fileHandleForReading.close() }
    try process.run()
    try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try? stdin.fileHandleForWriting.close()
    let output = nobodyReads ? Data() : stdout.fileHandleForReading.readDataToEndOfFile()
    let complaints = stderr.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return ProgramProcess(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      complaints: String(decoding: complaints, as: UTF8.self))
  }
}
