// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaNet
import PravegaTestKit
import XCTest

@testable import PravegaStandalone

/// The recorded answers of a real server, asked of the embedded one.
final class WireProbeConformanceTests: LeakCheckedTestCase {
  private static let tests = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Where the embedded server is meant to differ: a deleted name may be used again at once, and
  /// data behind a full block closes the connection instead of being lost.
  private let peculiarities: Set<String> = [
    "append-exact-block-with-end-data", "delete-and-recreate-used",
  ]

  func testEveryProbeIsAnsweredAsByARealServer() throws {
    let scenarios = try scenariosWithoutWaits()
    defer { try? FileManager.default.removeItem(at: scenarios) }
    let server = SegmentStoreServer(core: SegmentStore())
    let endpoint = try server.start()
    defer { server.stop() }
    let report = try play(scenarios, port: endpoint.port)
    let failed = report.filter { $0.hasPrefix("FAIL") }
    let names = failed.map { line in
      String(line.split(separator: " ")[1].prefix { $0 != ":" })
    }
    XCTAssertEqual(Set(names), peculiarities, failed.joined(separator: "\n"))
    XCTAssertEqual(report.filter { $0.hasPrefix("ok") }.count, 141)
  }

  /// The waits are for what the real server finishes in the background; this one has none.
  private func scenariosWithoutWaits() throws -> URL {
    let files = FileManager.default
    let target = files.temporaryDirectory.appendingPathComponent("probes-\(UUID().uuidString)")
    try files.createDirectory(at: target, withIntermediateDirectories: true)
    let source = Self.tests.appendingPathComponent("Fixtures/probes/wire")
    for file in try files.contentsOfDirectory(at: source, includingPropertiesForKeys: nil) {
      let text = try String(contentsOf: file, encoding: .utf8)
        .replacing(/"wait_ms": *\d+/, with: "\"wait_ms\":0")
      let copy = target.appendingPathComponent(file.lastPathComponent)
      try text.write(to: copy, atomically: false, encoding: .utf8)
    }
    return target
  }

  private func play(_ scenarios: URL, port: UInt16) throws -> [String] {
    let words = [
      "python3", Self.tests.appendingPathComponent("tools/wire_probe.py").path, "check",
      scenarios.path, "--store", "127.0.0.1:\(port)",
    ]
    let (_, text, _) = try ChildProcess.run("/usr/bin/env", words, errors: .inherited)
    return text.split(separator: "\n").map(String.init)
  }
}
