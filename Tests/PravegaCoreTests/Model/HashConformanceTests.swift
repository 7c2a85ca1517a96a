// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

final class HashConformanceTests: LeakCheckedTestCase {
  func testRoutingKeysHashAsInJava() throws {
    let entries = try Recorded.vectors("hash")["routingKeys_seed_EventRouter"].array
    XCTAssertGreaterThan(entries.count, 30)
    for entry in entries {
      let hash: RoutingKeyHash
      if entry["key"].isNull {
        let units = entry["keyUtf16CodeUnits"].array.map { UInt16(truncatingIfNeeded: $0.int) }
        hash = RoutingKeyHash(codeUnits: units)
      } else {
        hash = RoutingKeyHash(entry["key"].string)
        XCTAssertEqual(hash, RoutingKeyHash(codeUnits: entry["key"].string.utf16))
      }
      XCTAssertEqual(String(hash.word, radix: 16), trimmed(entry["asLongHex"].string))
      XCTAssertEqual(
        String(hash.fraction.bitPattern, radix: 16), trimmed(entry["doubleBitsHex"].string))
    }
  }

  func testASCIIAndGeneralPathAgreeAtEveryLength() {
    for length in 0...70 {
      let key = String((0..<length).map { Character(Unicode.Scalar(UInt8(33 + $0))) })
      XCTAssertEqual(RoutingKeyHash(key), RoutingKeyHash(codeUnits: key.utf16), "length \(length)")
      let late = key + "é"
      XCTAssertEqual(RoutingKeyHash(late), RoutingKeyHash(codeUnits: late.utf16))
    }
  }

  func testFractionsOfWordsAreJavas() throws {
    for entry in try Recorded.vectors("hash")["longToDoubleFraction"].array {
      let word = try XCTUnwrap(UInt64(entry["longHex"].string, radix: 16))
      XCTAssertEqual(
        String(RoutingKeyHash.fraction(of: word).bitPattern, radix: 16),
        trimmed(entry["doubleBitsHex"].string))
    }
  }

  func testTableKeysHashWithTheSignExtendedSeed() throws {
    for entry in try Recorded.vectors("hash")["kvtPrimaryKeys_seed_KeyValueTableRouter"].array {
      let fraction = SegmentHash.tableFraction(primaryKey: entry["primaryKeyHex"].bytes)
      XCTAssertEqual(
        String(fraction.bitPattern, radix: 16), trimmed(entry["doubleBitsHex"].string))
    }
  }

  func testReleaseChoiceAndAttributesAreJavas() throws {
    let vectors = try Recorded.vectors("hash")
    for entry in vectors["readerSegmentReleaseHash_seed_readerId"].array {
      let segment = try Segment(qualifiedName: entry["segment"].string)
      let hash = SegmentHash.releasePreference(of: segment, reader: entry["readerId"].string)
      XCTAssertEqual(String(hash.bitPattern, radix: 16), trimmed(entry["doubleBitsHex"].string))
    }
    for entry in vectors["attributeIds"].array {
      XCTAssertEqual(
        SegmentHash.attributeID(entry["name"].string).description, entry["uuid"].string)
    }
    for entry in vectors["seeds"].array {
      XCTAssertEqual(
        Int64(JavaStringHash.hash(entry["seedString"].string)), entry["javaStringHashCode"].int)
    }
  }

  /// The vectors are padded with zeros.
  private func trimmed(_ hex: String) -> String {
    let digits = hex.drop { $0 == "0" }
    return digits.isEmpty ? "0" : String(digits)
  }
}
