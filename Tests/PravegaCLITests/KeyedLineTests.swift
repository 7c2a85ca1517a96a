// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import XCTest

@testable import pravega_cli

final class KeyedLineTests: XCTestCase {
  private func cut(_ line: String, _ separator: String) throws -> [String?] {
    let line = try KeyedLine(
      Array(line.utf8)[...], .separated(by: Array(separator.utf8)), number: 7)
    return [line.key, String(decoding: line.event, as: UTF8.self)]
  }

  func testTheFirstSeparatorEndsTheKey() throws {
    XCTAssertEqual(try cut("a:b:c", ":"), ["a", "b:c"])
    XCTAssertEqual(try cut(":b", ":"), ["", "b"])
    XCTAssertEqual(try cut("a:", ":"), ["a", ""])
    XCTAssertEqual(try cut("a::b", "::"), ["a", "b"])
    XCTAssertEqual(try cut("a:b::c", "::"), ["a:b", "c"])
    XCTAssertEqual(try cut("aab", "ab"), ["a", ""])
  }

  func testALineWithoutItsKeyIsNamed() {
    for line in ["", "abc", "a:"] {
      XCTAssertEqual(
        complaint { _ = try cut(line, "::") }, "line 7 of standard input has no '::' after a key")
    }
  }

  func testAKeyIsTextAndAnEventMayBeAnything() throws {
    let keys = WriteSettings.Keys.separated(by: [58])
    XCTAssertEqual(
      complaint { _ = try KeyedLine([0xff, 58, 1][...], keys, number: 2) },
      "the key in line 2 of standard input is not UTF-8 text")
    XCTAssertEqual(try KeyedLine([97, 58, 0xff][...], keys, number: 2).event, [0xff])
    XCTAssertEqual(try KeyedLine([0xff][...], .fixed("k"), number: 1).key, "k")
    XCTAssertNil(try KeyedLine([0xff][...], .none, number: 1).key)
  }
}
