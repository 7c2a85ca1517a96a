// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import XCTest

final class HumanTests: XCTestCase {
  func testCountsHaveThreeDigitsAndAUnit() {
    for (value, text) in [
      (0, "0"), (7, "7"), (812, "812"), (1000, "1.00 k"), (999.6, "1.00 k"), (12_345, "12.3 k"),
      (1_234_567, "1.23 M"), (999_999, "1.00 M"), (2.5, "2.50"), (3e15, "3000 T"),
      (-1500, "-1.50 k"),
    ] {
      XCTAssertEqual(Human.count(value), text)
    }
    XCTAssertEqual(Human.count(.infinity), "-")
    XCTAssertEqual(Human.rate(1_234_567, "events"), "1.23 M events/s")
    XCTAssertEqual(Human.rate(12, "events"), "12 events/s")
  }

  func testBytesAndTimesAreReadable() {
    XCTAssertEqual(Human.byteCount(4_294_967_296), "4.00 GiB")
    XCTAssertEqual(Human.byteCount(100), "100 B")
    XCTAssertEqual(Human.duration(.nanoseconds(850)), "850 ns")
    XCTAssertEqual(Human.duration(.microseconds(12_300)), "12.3 ms")
    XCTAssertEqual(Human.duration(.milliseconds(1500)), "1.50 s")
    XCTAssertEqual(Human.duration(.seconds(90)), "90.0 s")
  }

  func testFixedDecimalsRoundAndKeepTheirZeros() {
    XCTAssertEqual(Human.fixed(1.005, 1), "1.0")
    XCTAssertEqual(Human.fixed(0.05, 2), "0.05")
    XCTAssertEqual(Human.fixed(-0.04, 1), "0.0")
    XCTAssertEqual(Human.fixed(-2.25, 2), "-2.25")
    XCTAssertEqual(Human.fixed(12, 0), "12")
    XCTAssertEqual(Human.fixed(.nan, 2), "-")
  }

  func testByteCountsAreReadInTheFormsPeopleType() {
    for (text, value) in [
      ("0", 0), ("65536", 65536), ("64k", 65536), ("64KiB", 65536), ("4GiB", 4 << 30),
      ("4 gb", 4 << 30), ("1_000", 1000), ("2T", 2 << 40),
    ] {
      XCTAssertEqual(Human.parseByteCount(text), value, text)
    }
    for text in ["", "k", "-1", "1x", "9999999999999999999", "9999999999g", "1.5g"] {
      XCTAssertNil(Human.parseByteCount(text), text)
    }
  }

  func testTimesAreReadInTheFormsPeopleType() {
    XCTAssertEqual(Human.parseDuration("30"), .seconds(30))
    XCTAssertEqual(Human.parseDuration("500ms"), .milliseconds(500))
    XCTAssertEqual(Human.parseDuration("1.5s"), .milliseconds(1500))
    XCTAssertEqual(Human.parseDuration("2m"), .seconds(120))
    for text in ["", "s", "-1", "1.2.3", "5 parsecs", "1e400"] {
      XCTAssertNil(Human.parseDuration(text), text)
    }
  }
}
