// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

final class HPACKTests: XCTestCase {
  func testEveryByteSurvivesHuffman() throws {
    let all = (0...255).map { UInt8($0) }
    var output: [UInt8] = []
    Huffman.encode(all, into: &output)
    XCTAssertEqual(output.count, Huffman.encodedCount(all))
    XCTAssertEqual(try Huffman.decode(output[...]), all)
  }

  func testHuffmanRefusesWrongPadding() {
    // The code of "0" is 00000; it has to be followed by ones.
    XCTAssertEqual(try Huffman.decode([0b0000_0111]), Array("0".utf8))
    for wrong in [[0b0000_0110], [0b0000_0111, 0xff], [0xff, 0xff, 0xff, 0xff]] as [[UInt8]] {
      XCTAssertThrowsError(try Huffman.decode(wrong[...]))
    }
  }

  func testIntegersThatDoNotEndAreRefused() {
    for input in [
      [0x1f], [0x1f, 0x80], [0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [0x1f, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], [0x1f, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ] as [[UInt8]] {
      var slice = input[...]
      XCTAssertThrowsError(try HPACKInteger.decode(&slice, prefixBits: 5), "\(input)")
    }
  }

  func testRandomListsSurviveBothTables() throws {
    var random = SeededGenerator(seed: 1)
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder(maximumListSize: 1 << 20)
    for round in 0..<300 {
      if round % 37 == 5 { encoder.setMaximumTableSize(Int.random(in: 0...5_000, using: &random)) }
      let fields = Self.randomFields(&random)
      let block = encoder.encode(fields)
      XCTAssertEqual(try decoder.decode(block[...]).fields.map(\.name), fields.map(\.name))
    }
  }

  func testFieldsKeepTheirSecrecyThroughTheCode() throws {
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder(maximumListSize: 8_192)
    let secret = HeaderField("authorization", "Basic YTpi", indexing: .never)
    let first = encoder.encode([secret])
    XCTAssertEqual(encoder.encode([secret]), first, "a secret entered the table")
    XCTAssertEqual(try decoder.decode(first[...]).fields, [secret])
    XCTAssertFalse("\(secret)".contains("YTpi"))
  }

  func testSmallerTableOfThePeerIsAnnouncedBeforeTheNextBlock() throws {
    var encoder = HPACKEncoder()
    let field = HeaderField("custom-key", "custom-value")
    _ = encoder.encode([field])
    encoder.setMaximumTableSize(0)
    encoder.setMaximumTableSize(100)
    let block = encoder.encode([field])
    // 0, then 100: the smallest and the newest (RFC 7541 section 4.2).
    XCTAssertEqual(block.prefix(3), [0x20, 0x3f, 0x45])
    var decoder = HPACKDecoder(maximumListSize: 8_192)
    XCTAssertEqual(try decoder.decode(block[...]).fields, [field])
  }

  func testTableSizeUpdatesAreCheckedForPlaceAndSize() {
    for (hex, error) in [
      ("3fe21f", HPACKError.tableSizeTooLarge), ("8220", .misplacedTableSizeUpdate),
      ("202020", .misplacedTableSizeUpdate), ("80", .indexOutOfRange), ("be", .indexOutOfRange),
      ("0085", .truncated), ("400a63", .truncated),
    ] {
      var decoder = HPACKDecoder(maximumListSize: 8_192)
      XCTAssertThrowsError(try decoder.decode(bytes(hex: hex)[...]), hex) {
        XCTAssertEqual($0 as? HPACKError, error, hex)
      }
    }
  }

  func testBombOfIndexesIsNotKept() throws {
    var decoder = HPACKDecoder(maximumListSize: 8_192)
    var encoder = HPACKEncoder()
    let large = HeaderField("x", String(repeating: "a", count: 4_000))
    _ = try decoder.decode(encoder.encode([large])[...])
    let bomb = try decoder.decode([UInt8](repeating: 0xbe, count: 16_000)[...])
    XCTAssertTrue(bomb.isTooLarge)
    XCTAssertLessThanOrEqual(bomb.fields.reduce(0) { $0 + $1.tableSize }, 8_192)
    // The connection goes on: the table is still in step.
    XCTAssertEqual(try decoder.decode([0xbe]).fields, [large])
  }

  static func randomFields(_ random: inout SeededGenerator) -> [HeaderField] {
    (0..<Int.random(in: 0...12, using: &random)).map { _ in
      let common = StaticTable.fields[Int.random(in: 0..<StaticTable.count, using: &random)]
      let name =
        Bool.random(using: &random)
        ? common.name
        : (0..<Int.random(in: 1...8, using: &random)).map { _ in
          UInt8.random(in: 0x61...0x66, using: &random)
        }
      let value =
        Int.random(in: 0...2, using: &random) == 0
        ? common.value
        : (0..<Int.random(in: 0...60, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
      let indexing =
        [.incremental, .incremental, .none, .never]
        .randomElement(using: &random) ?? HeaderField.Indexing.none
      return HeaderField(name: name, value: value, indexing: indexing)
    }
  }
}
