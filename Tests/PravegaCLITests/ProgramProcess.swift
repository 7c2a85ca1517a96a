// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaTestKit
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
    var all = ProcessInfo.processInfo.environment
    all["PRAVEGA_CONTROLLER_URI"] = nil
    all.merge(environment) { $1 }
    var (program, words) = (executable.path, arguments)
    if let redirect {
      let line = ([program] + words).map { "'\($0)'" }.joined(separator: " ")
      (program, words) = ("/bin/bash", ["-c", line + " " + redirect])
    }
    let result = try ChildProcess.run(
      program, words, environment: all, text: input, output: nobodyReads ? .broken : .pipe)
    return ProgramProcess(
      status: result.code, output: result.output, complaints: result.complaints)
  }
}
