// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaStandalone
import PravegaTestKit
import XCTest

/// The program as a person uses it, against an embedded server.
final class ProgramWithServerTests: LeakCheckedTestCase {
  private func withServer(_ body: (StandaloneServer) throws -> Void) throws {
    let server = try StandaloneServer.start()
    defer { server.close() }
    try body(server)
  }

  private func run(
    _ server: StandaloneServer, _ arguments: String..., input: String = ""
  ) throws -> ProgramProcess {
    try ProgramProcess.run(
      arguments, input: input, environment: ["PRAVEGA_CONTROLLER_URI": server.controllerURI])
  }

  func testWhatIsWrittenIsRead() throws {
    try withServer { server in
      let written = try run(server, "write", "demo/s", "--create", input: "1\n2\n3")
      XCTAssertEqual(written.output, "wrote 3 events to demo/s\n", written.complaints)
      XCTAssertEqual(try run(server, "read", "demo/s", "-n", "3").output, "1\n2\n3\n")
      XCTAssertEqual(
        try run(server, "read", "demo/s", "--until-end", "--output", "json").output,
        "{\"event\": \"1\"}\n{\"event\": \"2\"}\n{\"event\": \"3\"}\n")
      // Groups of its own leave nothing behind.
      XCTAssertEqual(
        try run(server, "stream", "list", "demo", "--all").output.contains("_RG"), false)
    }
  }

  func testAGroupThatIsKeptGoesOnWhereItEnded() throws {
    try withServer { server in
      _ = try run(server, "write", "demo/s", "--create", input: "1\n2\n3\n4\n")
      XCTAssertEqual(try run(server, "read", "demo/s", "-n", "2", "--group", "g").output, "1\n2\n")
      XCTAssertEqual(try run(server, "read", "demo/s", "-n", "2", "--group", "g").output, "3\n4\n")
      let bounded = try run(server, "read", "demo/s", "--until-end", "--group", "g")
      XCTAssertEqual(bounded.status, 4, bounded.complaints)
    }
  }

  func testExitCodesAndSentencesOfCommonFailures() throws {
    try withServer { server in
      XCTAssertEqual(try run(server, "scope", "create", "demo").status, 0)
      XCTAssertEqual(try run(server, "scope", "create", "demo").status, 4)
      XCTAssertEqual(try run(server, "scope", "create", "demo", "--if-missing").status, 0)
      XCTAssertEqual(try run(server, "stream", "create", "demo/s", "--segments", "2").status, 0)
      XCTAssertEqual(
        try run(server, "stream", "create", "demo/s").complaints,
        "pravega: the stream 'demo/s' exists already. Use it, or say --if-missing.\n")
      XCTAssertEqual(try run(server, "scope", "delete", "demo").status, 4)
      XCTAssertEqual(try run(server, "stream", "describe", "demo/none").status, 3)
      XCTAssertEqual(try run(server, "read", "demo/none").status, 3)
      XCTAssertEqual(try run(server, "write", "none/none", input: "x\n").status, 3)
      XCTAssertEqual(try run(server, "stream", "seal", "demo/s").status, 0)
      let sealed = try run(server, "write", "demo/s", input: "x\n")
      XCTAssertEqual(sealed.status, 4, sealed.complaints)
      XCTAssertEqual(try run(server, "scope", "delete", "demo", "--recursive").status, 0)
      XCTAssertEqual(try run(server, "scope", "delete", "demo", "--recursive").status, 3)
    }
  }

  func testNobodyListeningIsSaidWithinFiveSeconds() throws {
    let start = ContinuousClock.now
    let result = try ProgramProcess.run(["ping", "--controller", "tcp://127.0.0.1:1"])
    XCTAssertLessThan(ContinuousClock.now - start, .seconds(6))
    XCTAssertEqual(result.status, 7, result.complaints)
    XCTAssertTrue(
      result.complaints.contains("nothing listens at 127.0.0.1:1. Check that the controller runs"),
      result.complaints)
  }

  func testAStreamIsScaledAndDescribed() throws {
    try withServer { server in
      _ = try run(server, "stream", "create", "demo/s", "--create-scope", "--tag", "red")
      XCTAssertEqual(try run(server, "stream", "scale", "demo/s", "--segments", "3").status, 0)
      let about = try run(server, "stream", "describe", "demo/s", "--output", "json").output
      let json = try JSONSerialization.jsonObject(with: Data(about.utf8)) as? [String: Any]
      XCTAssertEqual((json?["items"] as? [[String: Any]])?.count, 3)
      XCTAssertEqual(json?["tags"] as? [String], ["red"])
    }
  }

  func testABenchmarkMeasuresAndTidiesUp() throws {
    try withServer { server in
      let plot = FileManager.default.temporaryDirectory
        .appendingPathComponent("plot-\(UUID().uuidString).svg")
      defer { try? FileManager.default.removeItem(at: plot) }
      let result = try run(
        server, "bench", "write", "bench/w", "--events", "5000", "--warm-up", "100", "--output",
        "json", "--plot", plot.path)
      let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      XCTAssertEqual(json?["events"] as? Int, 5000, result.complaints)
      XCTAssertGreaterThan(json?["events_per_s"] as? Double ?? 0, 0)
      XCTAssertNotNil(json?["p9999_ms"])
      XCTAssertTrue(try String(contentsOf: plot, encoding: .utf8).hasPrefix("<svg"))
      XCTAssertFalse(try run(server, "scope", "list").output.contains("bench"))
      let read = try run(
        server, "bench", "read", "bench/r", "--events", "5000", "--warm-up", "100", "--readers",
        "2")
      XCTAssertTrue(read.output.hasPrefix("5.00 k events of 100 B"), read.complaints)
      let raw = try run(server, "bench", "raw", "--events", "5000")
      XCTAssertEqual(raw.status, 0, raw.complaints)
    }
  }
}
