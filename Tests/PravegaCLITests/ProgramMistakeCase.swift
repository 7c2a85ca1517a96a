// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Makes mistakes at the command line: one line on standard error, an exit code, within five seconds
/// of the process's start.
class ProgramMistakeCase: LeakCheckedTestCase {
  struct Mistake {
    var words: [String]
    var input = ""
    var status: Int32
    /// All that is said after `pravega: `.
    var said: String
  }

  func check(
    _ mistake: Mistake, environment: [String: String] = [:], file: StaticString = #filePath,
    line: UInt = #line
  ) throws {
    let start = ContinuousClock.now
    let result = try ProgramProcess.run(
      mistake.words, input: mistake.input, environment: environment)
    XCTAssertLessThan(
      ContinuousClock.now - start, .seconds(5), mistake.said, file: file, line: line)
    XCTAssertEqual(result.complaints, "pravega: \(mistake.said)\n", file: file, line: line)
    XCTAssertEqual(result.status, mistake.status, mistake.said, file: file, line: line)
    XCTAssertEqual(result.output, "", mistake.said, file: file, line: line)
  }

  func withServer(
    _ configuration: StandaloneServer.Configuration = .init(),
    _ body: (StandaloneServer, _ address: String) throws -> Void
  ) throws {
    let server = try StandaloneServer.start(configuration)
    defer { server.close() }
    try body(server, String(server.controllerURI.drop { $0 != "/" }.dropFirst(2)))
  }

  /// A server with `demo/s` that goes wrong as a plan says; its address is in the environment.
  func withStream(
    _ faults: String? = nil, announcing announced: String? = nil,
    _ body: (StandaloneServer, _ environment: [String: String]) throws -> Void
  ) throws {
    var configuration = StandaloneServer.Configuration()
    configuration.seeds = [.init(scope: "demo", stream: "s")]
    configuration.announce = announced
    configuration.faults = try faults.map { try FaultPlan($0) }
    try withServer(configuration) { server, _ in
      try body(server, ["PRAVEGA_CONTROLLER_URI": server.controllerURI])
    }
  }

  func shell(
    _ line: String, withServer needsServer: Bool
  ) throws -> (status: Int32, complaints: String) {
    let server = needsServer ? try StandaloneServer.start() : nil
    defer { server?.close() }
    let start = ContinuousClock.now
    let result = try ChildProcess.run(
      "/bin/bash", ["-c", line + " " + (server?.controllerURI ?? "")], output: .null)
    XCTAssertLessThan(ContinuousClock.now - start, .seconds(5))
    return (result.code, result.complaints)
  }
}
