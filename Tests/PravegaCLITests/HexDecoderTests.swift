// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import XCTest

final class HexDecoderTests: XCTestCase {
  private func decode(_ pieces: String...) throws -> [UInt8] {
    var decoder = HexDecoder()
    return try pieces.flatMap { try decoder.decode(Array($0.utf8)[...]) }
  }

  func testDigitsMayBeSplitAndSeparatedInManyWays() throws {
    XCTAssertEqual(try decode("00fF10"), [0, 255, 16])
    XCTAssertEqual(try decode("0", "0f", "f1", "0"), [0, 255, 16])
    XCTAssertEqual(try decode("0x00, 0xff\n10"), [0, 255, 16])
    XCTAssertEqual(try decode("00:ff:10 "), [0, 255, 16])
    XCTAssertEqual(try decode(""), [])
  }

  func testWhatIsNoDigitIsNamedByItsPlace() {
    for text in ["0g", "\u{e9}", "00 1x"] { XCTAssertThrowsError(try decode(text), text) }
  }

  func testHalfAByteIsNoticed() throws {
    var decoder = HexDecoder()
    _ = try decoder.decode(Array("abc".utf8)[...])
    XCTAssertTrue(decoder.isWithinByte)
  }
}
