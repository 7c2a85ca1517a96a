// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaWire
import XCTest

final class WireDumpTests: XCTestCase {
  /// `UPDATE_GOLDEN=1` writes the file anew.
  func testEveryCommandIsOneLineThatNeverChanges() throws {
    let lines = try Samples.all().map(WireDump.line)
    let url = Fixtures.url("golden/wire-dump.txt")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
      try (lines.joined(separator: "\n") + "\n").write(to: url, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOf: url, encoding: .utf8)
    XCTAssertEqual(lines, golden.split(separator: "\n").map(String.init))
  }

  func testNoDumpShowsAToken() throws {
    for sample in try Samples.all() {
      XCTAssertFalse(WireDump.line(sample).contains("token"), WireDump.line(sample))
    }
  }

  func testLongDataIsCut() {
    var block = AppendBlock()
    block.data = [UInt8](repeating: 0xAB, count: 1_000_000)
    let line = WireDump.line(block)
    XCTAssertLessThan(line.utf8.count, 200)
    XCTAssert(line.contains("1000000:abab"), line)
  }
}
