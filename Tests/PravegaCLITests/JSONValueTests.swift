// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaCLIKit
import XCTest

final class JSONValueTests: XCTestCase {
  func testMembersKeepTheirOrderAndTheirPlace() {
    var object: JSONObject = ["b": 1, "a": .array([true, .null])]
    object["c"] = "x"
    object["b"] = 2
    XCTAssertEqual(JSONValue.object(object).text, #"{"b": 2, "a": [true, null], "c": "x"}"#)
    object["a"] = nil
    XCTAssertEqual(JSONValue.object(object).text, #"{"b": 2, "c": "x"}"#)
  }

  func testNumbersAreNumbersToEveryReader() {
    XCTAssertEqual(JSONValue.double(1.0).text, "1")
    XCTAssertEqual(JSONValue.double(.nan).text, "null")
    XCTAssertEqual(JSONValue.rounded(0.123456, 3).text, "0.123")
    XCTAssertEqual(JSONValue.int(.min).text, "-9223372036854775808")
  }

  func testAnyTextSurvivesFoundationsParser() throws {
    let texts = [
      "", "plain", "quote\" backslash\\ slash/", "\u{0}\u{1}\u{1f}\u{7f}\n\r\t", "\u{2028}\u{2029}",
      "\u{1F600} e\u{301} \u{FEFF}",
    ]
    for text in texts {
      let json = JSONValue.object(["t": .string(text)]).text
      let read = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
      XCTAssertEqual(read?["t"].map { Array($0.utf8) }, Array(text.utf8), json)
    }
  }

  func testTablesAlignTheirColumns() {
    var table = Table([("NAME", .left), ("SEGMENTS", .right), ("TAGS", .left)])
    table.add(["a", "10", "x"])
    table.add(["longer", "1", ""])
    XCTAssertEqual(
      table.text,
      """
      NAME    SEGMENTS  TAGS
      a             10  x
      longer         1\("  ")

      """)
  }
}
