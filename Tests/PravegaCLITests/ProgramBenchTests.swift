// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaCLIKit
import PravegaStandalone
import PravegaTestKit
import XCTest

/// `pravega bench` as a person and as a program sees it.
final class ProgramBenchTests: ProgramMistakeCase {
  private func bench(_ words: [String], _ environment: [String: String]) throws -> [String: Any] {
    let result = try ProgramProcess.run(
      ["bench"] + words + ["--output", "json"], environment: environment)
    XCTAssertEqual(result.complaints, "", "nothing is drawn into a pipe")
    XCTAssertEqual(result.status, 0)
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try XCTUnwrap(json as? [String: Any])
  }

  func testSizeAndSegmentsAreWhatWasAskedForAndWhatTheStreamHas() throws {
    try withStream { _, environment in
      let common = ["--size", "1234", "--segments", "3", "--warm-up", "10", "--keep"]
      for (mode, words) in [
        ("write", ["--events", "200"]), ("read", ["--events", "200"]),
        ("latency", ["--rate", "2000", "--seconds", "0.1"]),
      ] {
        let json = try bench([mode, "bench/\(mode)"] + words + common, environment)
        XCTAssertEqual(json["mode"] as? String, mode)
        XCTAssertEqual(json["segments"] as? Int, 3, mode)
        XCTAssertEqual(json["event_bytes"] as? Int, 1234, mode)
        XCTAssertEqual(json["events"] as? Int, 200, mode)
        let events = try ProgramProcess.run(
          ["read", "bench/\(mode)", "--until-end"], environment: environment
        ).output.split(separator: "\n")
        XCTAssertEqual(events.count, 210, mode)
        XCTAssertTrue(events.allSatisfy { $0.utf8.count == 1234 }, mode)
        let about = try ProgramProcess.run(
          ["stream", "describe", "bench/\(mode)", "--output", "json"], environment: environment)
        let stream = try JSONSerialization.jsonObject(with: Data(about.output.utf8))
        let items = (stream as? [String: Any])?["items"] as? [Any]
        XCTAssertEqual(items?.count, 3, mode)
      }
      for (mode, segments) in [("write", 4), ("read", 4), ("latency", 1)] {
        let words = mode == "latency" ? ["--seconds", "0.1"] : ["--events", "100"]
        let json = try bench([mode, "b2/\(mode)", "--warm-up", "1"] + words, environment)
        XCTAssertEqual(json["segments"] as? Int, segments, mode)
        XCTAssertEqual(json["event_bytes"] as? Int, 100, mode)
      }
    }
  }

  /// The server is this test's process.
  func testTheServersCPUIsWhatItSpentMeanwhile() throws {
    try withStream { _, environment in
      let runs = [
        ["raw", "--events", "1000000"], ["write", "bench/w", "--events", "300000"],
        ["read", "bench/r", "--events", "300000"],
      ]
      for words in runs {
        let before = ProcessUsage.cpuSeconds()
        let json = try bench(words, environment)
        let spent = ProcessUsage.cpuSeconds() - before
        let server = try XCTUnwrap(json["server_cpu_s"] as? Double, "\(json)")
        // Clocks tick a hundred times a second, and reading may cost a server less than that.
        if words[0] == "read" {
          XCTAssertGreaterThanOrEqual(server, 0)
        } else {
          XCTAssertGreaterThan(server, 0, words[0])
        }
        XCTAssertLessThan(server, spent + 0.02, words[0])
        let events = try XCTUnwrap(json["events"] as? Double)
        XCTAssertEqual(
          try XCTUnwrap(json["server_cpu_us_per_event"] as? Double), server / events * 1e6,
          accuracy: 0.002, words[0])
        let own = try XCTUnwrap(json["cpu_s"] as? Double)
        let wall = try XCTUnwrap(json["wall_s"] as? Double)
        XCTAssertGreaterThan(own, 0)
        XCTAssertGreaterThan(wall, 0)
      }
    }
  }

  func testBlocksAndWindowOfTheBareSender() throws {
    try withStream { _, environment in
      // Events have a header of 8 bytes; a block holds whole events only.
      for (words, block, window) in [
        ([], 65448, 8), (["--size", "1024"], 65016, 8), (["--size", "1025"], 1_048_495, 8),
        (["--size", "2MiB"], (2 << 20) + 8, 8),
        (["--block", "1KiB", "--window", "3"], 972, 3),
      ] as [([String], Int, Int)] {
        let json = try bench(["raw", "--events", "100"] + words, environment)
        XCTAssertEqual(json["peer"] as? String, "raw")
        XCTAssertEqual(json["segments"] as? Int, 4)
        XCTAssertEqual(json["block_bytes"] as? Int, block, "\(words)")
        XCTAssertEqual(json["window"] as? Int, window, "\(words)")
        let events = try XCTUnwrap(json["events"] as? Int)
        let size = try XCTUnwrap(json["event_bytes"] as? Int)
        XCTAssertGreaterThanOrEqual(events, 100)
        XCTAssertEqual(events % (block / (size + 8)), 0, "whole blocks")
      }
    }
  }

  func testTheBareSenderHasNoMoreUnacknowledgedThanItsWindow() throws {
    for (words, blocks) in [([], 8 * 3), (["--window", "2"], 2 * 3)] as [([String], Int)] {
      let plan = FaultPlan()
      plan.add(FaultRule("AppendBlockEnd", repeats: true, .drop))
      var configuration = StandaloneServer.Configuration()
      configuration.faults = plan
      try withServer(configuration) { server, _ in
        let result = try ProgramProcess.run(
          [
            "bench", "raw", "--events", "1000000", "--segments", "3", "--timeout", "1",
            "--controller", server.controllerURI,
          ] + words)
        XCTAssertEqual(result.status, 6, result.complaints)
        XCTAssertEqual(plan.injectedCount, blocks)
      }
    }
  }

  // MARK: - Progress

  /// What the program says to a terminal; its output is a pipe.
  private func onATerminal(
    _ words: [String], _ environment: [String: String]
  ) throws -> (said: String, output: String) {
    let script = """
      import os, subprocess, sys
      outer, inner = os.openpty()
      child = subprocess.Popen(
        sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=inner)
      os.close(inner)
      said = b""
      while True:
        try: more = os.read(outer, 65536)
        except OSError: break
        if not more: break
        said += more
      sys.stdout.buffer.write(child.stdout.read())
      sys.stderr.buffer.write(said)
      sys.exit(child.wait())
      """
    var all = ProcessInfo.processInfo.environment
    for name in ["CI", "TERM"] { all[name] = nil }
    let result = try ChildProcess.run(
      "/usr/bin/env", ["python3", "-c", script, ProgramProcess.executable.path] + words,
      environment: all.merging(["TERM": "xterm"]) { $1 }.merging(environment) { $1 })
    try XCTSkipIf(result.code == 127, "there is no python3 here")
    XCTAssertEqual(result.code, 0, result.complaints)
    return (result.complaints, result.output)
  }

  func testProgressIsDrawnOnATerminalOnlyAndWipedOut() throws {
    try withStream { _, environment in
      let write = ["bench", "write", "b/w", "--events", "600", "--rate", "1000", "--warm-up", "0"]
      let latency = ["bench", "latency", "b/l", "--rate", "2000", "--seconds", "0.1"]
      let (start, end) = ("\r\u{1b}[K", "\r\u{1b}[K")
      let written = try onATerminal(write, environment)
      XCTAssertTrue(written.said.hasPrefix(start + "writing: "), written.said.debugDescription)
      XCTAssertTrue(written.said.contains(" events/s"), written.said.debugDescription)
      XCTAssertTrue(written.said.hasSuffix(end), written.said.debugDescription)
      XCTAssertFalse(written.said.contains("\n"), written.said.debugDescription)
      XCTAssertTrue(written.output.hasPrefix("600 events of 100 B in "), written.output)
      XCTAssertFalse(written.output.contains("\u{1b}"), written.output.debugDescription)
      let waited = try onATerminal(latency, environment)
      XCTAssertTrue(
        waited.said.hasPrefix(start + "0 of 200 events"), waited.said.debugDescription)
      XCTAssertTrue(waited.said.hasSuffix(end), waited.said.debugDescription)

      for (words, more) in [
        (latency + ["--no-progress"], [:]), (latency, ["TERM": "dumb"]), (latency, ["CI": "true"]),
      ] as [([String], [String: String])] {
        let quiet = try onATerminal(words, environment.merging(more) { $1 })
        XCTAssertEqual(quiet.said, "", "\(more)")
        XCTAssertTrue(quiet.output.hasPrefix("200 events of 100 B in "), quiet.output)
      }
      let piped = try ProgramProcess.run(
        latency, environment: environment.merging(["TERM": "xterm"]) { $1 })
      XCTAssertEqual(piped.complaints, "")
    }
  }
}
