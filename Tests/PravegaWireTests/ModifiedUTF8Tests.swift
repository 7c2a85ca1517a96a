// SPDX-License-Identifier: Apache-2.0

import PravegaWire
import XCTest

final class ModifiedUTF8Tests: XCTestCase {
  /// Bytes of a string field, its length in front.
  private func encoded(_ text: String) throws -> [UInt8] {
    var command = SegmentCreated()
    command.segment = text
    return Array(try command.encoded()[16...])
  }

  private func decoded(_ bytes: [UInt8]) throws -> String {
    let payload = [UInt8](repeating: 0, count: 8) + [0, UInt8(bytes.count)] + bytes
    return try payload.withUnsafeBytes { try SegmentCreated(payload: $0).segment }
  }

  func testASupplementaryCharacterIsTwoSurrogatesOfThreeBytes() throws {
    let bytes: [UInt8] = [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]
    XCTAssertEqual(try encoded("\u{1F600}"), [0, 6] + bytes)
    XCTAssertEqual(try decoded(bytes), "\u{1F600}")
  }

  func testZeroTakesTwoBytes() throws {
    XCTAssertEqual(try encoded("a\0b"), [0, 4, 0x61, 0xC0, 0x80, 0x62])
    XCTAssertEqual(try decoded([0x61, 0xC0, 0x80, 0x62]), "a\0b")
  }

  func testTextOfTheBasicPlaneIsPlainUTF8() throws {
    for text in ["", "scope/stream/0.#epoch.0", "é", "漢字", "\u{FFFD}"] {
      XCTAssertEqual(Array(try encoded(text)[2...]), Array(text.utf8))
      XCTAssertEqual(try decoded(Array(text.utf8)), text)
    }
  }

  func testBrokenSequencesAreRefused() {
    let broken: [[UInt8]] = [
      [0x80], [0xC3], [0xC3, 0x28], [0xE6, 0xBC], [0xE6, 0xBC, 0x28], [0xFF], [0xF8, 0x80],
    ]
    for bytes in broken { XCTAssertThrowsError(try decoded(bytes), "\(bytes)") }
  }

  func testTheLongestTextFitsAndOneByteMoreDoesNot() throws {
    XCTAssertEqual(try encoded(String(repeating: "x", count: 65_535)).count, 65_537)
    XCTAssertThrowsError(try encoded(String(repeating: "x", count: 65_536))) {
      XCTAssertEqual($0 as? WireError, .tooLong(field: "segment"))
    }
  }
}
