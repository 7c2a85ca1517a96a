// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaWire
import XCTest

/// The table and every field list against the protocol's own list, which the recorder uses.
final class CommandTableTests: XCTestCase {
  private struct Line {
    let code: Int32
    let name: String
    let fields: [String]
  }

  private func protocolList() throws -> [Line] {
    let url = Fixtures.tests.appendingPathComponent("tools/transcript_schema.py")
    let source = try String(contentsOf: url, encoding: .utf8)
    let parts = source.components(separatedBy: "\"\"\"")
    let at = try XCTUnwrap(parts.firstIndex { $0.hasSuffix("WIRE = ") })
    return try parts[at + 1].split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      let fields = words.count > 2 ? words[2].components(separatedBy: ", ") : []
      return Line(code: try XCTUnwrap(Int32(words[0])), name: words[1], fields: fields)
    }
  }

  func testTheTableHasEveryCommandOfTheProtocolAndNoOther() throws {
    // Code 0, an event, only ever occurs inside of other payloads.
    let expected = try protocolList().filter { $0.code != 0 }
    XCTAssertEqual(expected.count, 69)
    XCTAssertEqual(
      CommandTable.rows.map { "\($0.code) \($0.name)" }.sorted(),
      expected.map { "\($0.code) \($0.name)" }.sorted())
  }

  func testEveryFieldListHasTheProtocolsOrderNamesAndKinds() throws {
    for line in try protocolList() where line.code != 0 {
      let row = try XCTUnwrap(CommandTable[line.code], line.name)
      let fields = try FieldCollector.collect(row.type.init())
      XCTAssertEqual(fields.map(Self.text), line.fields.flatMap(Self.expand), line.name)
    }
  }

  func testAnUnknownCodeIsNoCommand() {
    for code: Int32 in [0, 6, 13, 54, 72, 73, 101, .min, .max] {
      XCTAssertNil(CommandTable[code])
      XCTAssertThrowsError(
        try CommandTable.decode(code: code, payload: UnsafeRawBufferPointer(start: nil, count: 0))
      ) { XCTAssertEqual($0 as? WireError, .unknownCommand(code)) }
    }
  }

  func testRequestsAnswersAndFailuresAreMarkedAsSuch() {
    for row in CommandTable.rows {
      XCTAssertEqual(row.code, row.type.code, row.name)
      switch row.direction {
      case .request: XCTAssert(row.type is any WireRequest.Type, row.name)
      case .reply: XCTAssert(row.type is any WireReply.Type, row.name)
      case .failure: XCTAssert(row.type is any WireFailure.Type, row.name)
      case .both:
        XCTAssert(row.type is any WireRequest.Type && row.type is any WireReply.Type, row.name)
      }
      if let reply = row.reply { XCTAssert(reply is any WireReply.Type, row.name) }
    }
  }

  private static func text(_ field: FieldCollector.Field) -> String {
    "\(field.name)\(field.isTrailing ? "?" : ""): \(field.kind)"
  }

  private static func expand(_ field: String) -> [String] {
    let kinds = [
      "utf[]": "list of utf", "i64[]": "list of i64", "(utf,i64)[]": "list of utf,i64",
      "AttrUpdate[]": "list of uuid,i8,i64,i64", "TableKey[]": "list of bytes",
      "TableEntries": "list of bytes,bytes", "ChunkInfo[]": "list of i64,i64,i64,utf,bool",
    ]
    let parts = field.components(separatedBy: ": ")
    switch parts[1] {
    case "IterArgs":
      return ["continuationToken", "prefixFilter", "fromKey", "toKey"].map { "\($0)?: bytes" }
    case "event": return ["data: bytes"]
    default: return ["\(parts[0]): \(kinds[parts[1]] ?? parts[1])"]
    }
  }
}
