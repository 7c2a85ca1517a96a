// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Output that somebody stops reading, or that cannot be stored: a sentence, an exit code, and
/// nothing left behind on the server.
final class ProgramOutputTests: ProgramMistakeCase {
  private let full = "cannot take more: no space is left (write: ENOSPC (28)); free some, or write "

  private func closed(_ call: String) -> String {
    "pravega: standard output was closed by the program that read it (\(call): EPIPE (32)); the "
      + "rest is not written\n"
  }

  private func assertNoGroupIsLeft(
    _ environment: [String: String], file: StaticString = #filePath, line: UInt = #line
  ) throws {
    let list = try ProgramProcess.run(
      ["stream", "list", "demo", "--all"], environment: environment)
    XCTAssertEqual(list.status, 0, list.complaints, file: file, line: line)
    XCTAssertFalse(list.output.contains("_RG"), list.output, file: file, line: line)
  }

  /// `pravega read demo/s ... | head -1`: its exit code, what it complains about and what `head` prints.
  private func readIntoHead(
    _ more: [String], _ environment: [String: String]
  ) throws -> (code: Int32, complaints: String, output: String) {
    let line = "timeout --foreground 10 \"$@\" | head -1; exit ${PIPESTATUS[0]}"
    let start = ContinuousClock.now
    let result = try ChildProcess.run(
      "/bin/bash",
      ["-c", line, "bash", ProgramProcess.executable.path, "read", "demo/s"] + more,
      environment: ProcessInfo.processInfo.environment.merging(environment) { $1 })
    XCTAssertLessThan(ContinuousClock.now - start, .seconds(5))
    return (result.code, result.complaints, result.output)
  }

  private func write(_ count: Int, _ environment: [String: String]) throws {
    let events = (1...count).map { "\($0)\n" }.joined()
    XCTAssertEqual(
      try ProgramProcess.run(["write", "demo/s"], input: events, environment: environment).status, 0
    )
  }

  func testAReaderThatHasSeenEnoughEndsTheProgram() throws {
    try withStream { _, environment in
      try write(50_000, environment)
      for more in [[], ["--until-end"], ["--output", "json"]] {
        let result = try readIntoHead(more, environment)
        let isJSON = more.contains("json")
        XCTAssertEqual(result.output, isJSON ? "{\"event\": \"1\"}\n" : "1\n")
        XCTAssertEqual(result.code, 1, "\(more)")
        if isJSON {
          XCTAssertTrue(result.complaints.hasPrefix(#"{"command": "read", "#), result.complaints)
          XCTAssertEqual(result.complaints.filter { $0 == "\n" }.count, 1)
        } else {
          XCTAssertEqual(result.complaints, closed("write"), "\(more)")
        }
        try assertNoGroupIsLeft(environment)
      }
    }
  }

  /// No write ever fails: there is nothing to write any more.
  func testAReaderThatHasSeenEnoughOfAQuietStreamEndsTheProgram() throws {
    try withStream { _, environment in
      try write(1, environment)
      let result = try readIntoHead([], environment)
      XCTAssertEqual(result.output, "1\n")
      XCTAssertEqual(result.complaints, closed("poll"))
      XCTAssertEqual(result.code, 1)
      try assertNoGroupIsLeft(environment)
    }
  }

  func testAFullDiskStopsEveryCommandThatPrints() throws {
    try withStream { server, environment in
      try write(1000, environment)
      for words in [
        ["read", "demo/s"], ["read", "demo/s", "-n", "1"], ["scope", "list"],
        ["stream", "list", "demo"], ["stream", "describe", "demo/s"], ["ping"], ["help"],
        ["--help"], ["completion", "bash"], ["write", "demo/s"],
        ["bench", "write", "bench/w", "--events", "100", "--warm-up", "1"],
        ["bench", "raw", "--events", "100"],
        ["standalone", "--controller-port", "0", "--store-port", "0"],
      ] {
        let start = ContinuousClock.now
        let result = try ProgramProcess.run(
          words, input: "x\n", environment: environment, redirect: "> /dev/full")
        XCTAssertLessThan(ContinuousClock.now - start, .seconds(5), "\(words)")
        XCTAssertEqual(
          result.complaints, "pravega: standard output \(full)elsewhere\n", "\(words)")
        XCTAssertEqual(result.status, 1, "\(words)")
      }
      try assertNoGroupIsLeft(environment)
      let scopes = try ProgramProcess.run(["scope", "list"], environment: environment)
      XCTAssertFalse(scopes.output.contains("bench"), scopes.output)
    }
  }

  func testAPlotThatCannotBeStored() throws {
    try withStream { _, environment in
      for (file, said) in [
        ("/dev/full", "'/dev/full' \(full)elsewhere"),
        (
          "/nonexistent/x.svg",
          "there is no file '/nonexistent/x.svg' (open: ENOENT (2)); check the path"
        ), ("/tmp", "'/tmp' is a directory (open: EISDIR (21)); name a file"),
      ] {
        for words in [
          ["bench", "write", "bench/w", "--events", "100", "--warm-up", "1"],
          ["bench", "latency", "bench/l", "--seconds", "0.05", "--warm-up", "1"],
        ] {
          try check(
            Mistake(words: words + ["--plot", file], status: 1, said: said),
            environment: environment)
        }
      }
      let scopes = try ProgramProcess.run(["scope", "list"], environment: environment)
      XCTAssertFalse(scopes.output.contains("bench"), scopes.output)
    }
  }

  /// `timeout` sends a signal to the program and another one to its group: they are one wish to end.
  func testTwoSignalsAtOnceLetTheProgramTidyUp() throws {
    try withStream { server, environment in
      try write(1, environment)
      for _ in 0..<3 {
        let process = try ChildProcess(
          ProgramProcess.executable.path, ["read", "demo/s", "--controller", server.controllerURI],
          errors: .pipe)
        XCTAssertEqual(process.readLine(), "1")
        process.kill(SIGTERM)
        process.kill(SIGINT)
        XCTAssertTrue([130, 143].contains(process.wait().code))
        XCTAssertEqual(process.readErrors(), "")
        try assertNoGroupIsLeft(environment)
      }
    }
  }
}
