// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaCLIKit
import PravegaStandalone
import PravegaTestKit
import XCTest

@testable import pravega_cli

/// What help pages and README show can be typed in and works.
final class HelpExampleTests: LeakCheckedTestCase {
  private var directory = URL(fileURLWithPath: "/")

  override func setUpWithError() throws {
    try super.setUpWithError()
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("pravega-examples-\(UUID().uuidString)")
    let completions = directory.appendingPathComponent(".config/fish/completions")
    try FileManager.default.createDirectory(at: completions, withIntermediateDirectories: true)
    let greeting: [UInt8] = [0xff, 0xff, 0xff, 0x81, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0, 0, 5]
    try Data(greeting).write(to: directory.appendingPathComponent("capture.bin"))
  }

  override func tearDown() { try? FileManager.default.removeItem(at: directory) }

  private func examples(_ command: Command) -> [String] {
    command.examples.map(\.line) + command.subcommands.flatMap { examples($0) }
  }

  /// The indented lines of a section of README, without what follows a `#`.
  private func readme(_ section: String) throws -> [String] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../README.md").standardizedFileURL
    let text = try String(contentsOf: file, encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try XCTUnwrap(lines.firstIndex { $0 == "## \(section)" })
    let body = lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }
    return body.filter { $0.hasPrefix("    ") }.map { line in
      let code = line.range(of: " # ").map { line[..<$0.lowerBound] } ?? line
      return code.trimmingCharacters(in: .whitespaces)
    }
  }

  /// The same command where it would use a fixed address, take long, or not end.
  private func tamed(_ line: String, _ server: StandaloneServer) -> String {
    var line = line
    for (shown, used) in [
      ("tcp://host:9090", server.controllerURI), ("127.0.0.1:6000", server.storeEndpoint),
      ("--events 5000000", "--events 2000"), ("--seconds 60", "--seconds 1"),
    ] {
      line = line.replacingOccurrences(of: shown, with: used)
    }
    if line.contains("bench"), !line.contains("--events"), !line.contains("latency") {
      line += " --events 2000"
    }
    let follows = line.contains("--from end") || line.hasPrefix("pravega standalone")
    if line.hasPrefix("pravega standalone"), !line.contains("-port") {
      line = line.replacingOccurrences(of: " &", with: "") + " --controller-port 0 --store-port 0"
    }
    return follows ? "timeout --preserve-status -s INT 1 \(line) || [ $? = 130 ]" : line
  }

  private func run(_ line: String, _ server: StandaloneServer) throws -> (Int32, String) {
    var environment = ProcessInfo.processInfo.environment
    let programs = ProgramProcess.executable.deletingLastPathComponent().path
    environment["PATH"] = programs + ":" + (environment["PATH"] ?? "")
    environment["HOME"] = directory.path
    environment["PRAVEGA_CONTROLLER_URI"] = server.controllerURI
    let (code, said, _) = try ChildProcess.run(
      "/usr/bin/env",
      ["-C", directory.path, "/bin/bash", "-c", "set -o pipefail; \(tamed(line, server))"],
      environment: environment, errors: .output)
    return (code, said)
  }

  /// A server with what an example builds on.
  private func withServer(for line: String, _ body: (StandaloneServer) throws -> Void) throws {
    var configuration = StandaloneServer.Configuration()
    if !line.contains("scope create"), !line.contains("stream create") {
      configuration.seeds = [.init(scope: "demo", stream: "s")]
    }
    let server = try StandaloneServer.start(configuration)
    defer { server.close() }
    if line.contains("read demo/s") {
      XCTAssertEqual(try run("seq 3 | pravega write demo/s", server).0, 0)
    }
    try body(server)
  }

  func testEveryExampleOfTheHelpPagesWorks() throws {
    let lines = examples(PravegaProgram.root)
    XCTAssertGreaterThan(lines.count, 25)
    for line in Set(lines).sorted() {
      try withServer(for: line) { server in
        let (status, text) = try run(line, server)
        XCTAssertEqual(status, 0, "\(line)\n\(text)")
      }
    }
  }

  func testEveryCommandHasAHelpPageAndEveryActionAnExample() throws {
    func check(_ chain: [Command]) {
      guard let command = chain.last else { return }
      let path = chain.map(\.name).joined(separator: " ")
      XCTAssertTrue(HelpPage.text(for: chain).contains("USAGE\n  \(path)"), path)
      XCTAssertFalse(command.action != nil && command.examples.isEmpty, "\(path): no example")
      for subcommand in command.visibleSubcommands { check(chain + [subcommand]) }
    }
    check([PravegaProgram.root])
  }

  /// One after the other, as they stand there.
  func testTheCommandsOfTheREADMEWork() throws {
    let lines = try readme("On the command line")
    XCTAssertGreaterThan(lines.count, 8)
    let server = try StandaloneServer.start()
    defer { server.close() }
    for line in lines {
      let (status, text) = try run(line, server)
      XCTAssertEqual(status, 0, "\(line)\n\(text)")
    }
  }
}
