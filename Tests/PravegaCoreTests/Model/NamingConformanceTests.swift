// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

final class NamingConformanceTests: LeakCheckedTestCase {
  func testNamesAreParsedAsInJava() throws {
    for entry in try Recorded.vectors("naming")["parse"].array {
      let segment = try Segment(qualifiedName: entry["input"].string)
      XCTAssertEqual(segment.scope, entry["scope"].isNull ? "" : entry["scope"].string)
      XCTAssertEqual(segment.stream, entry["stream"].string)
      XCTAssertEqual(segment.segmentID, entry["segmentId"].int)
      XCTAssertEqual(Int64(segment.number), entry["number"].int)
      XCTAssertEqual(Int64(segment.epoch), entry["epoch"].int)
      XCTAssertEqual(segment.qualifiedName, entry["canonical"].string)
      let isTransaction = SegmentName.parent(ofTransactionSegment: entry["input"].string) != nil
      XCTAssertEqual(isTransaction, entry["isTransaction"].bool)
    }
  }

  func testDerivedNamesAreJavas() throws {
    let names = try Recorded.vectors("naming")["names"].array
    XCTAssertEqual(
      Segment(scope: "scope", stream: "stream", number: 3, epoch: 2).qualifiedName,
      names[0]["name"].string)
    XCTAssertEqual(
      Segment(scope: "scope", stream: Names.segmentStream(ofTable: "kvt"), number: 0)
        .qualifiedName, names[1]["name"].string)
    let id = try XCTUnwrap(TransactionID(names[2]["txnId"].string))
    XCTAssertEqual(id.description, names[2]["txnId"].string)
    XCTAssertEqual(SegmentName.epoch(of: id), 5)
    let parent = Segment(scope: "scope", stream: "stream", number: 0, epoch: 5)
    let name = SegmentName.transaction(id, of: parent)
    XCTAssertEqual(name, names[2]["name"].string)
    XCTAssertEqual(SegmentName.transaction(of: name), id)
    XCTAssertEqual(SegmentName.primary(of: name), parent.qualifiedName[...])
    XCTAssertEqual(Names.stateStream(ofGroup: "group"), names[3]["stream"].string)
    XCTAssertEqual(Names.markStream(of: "stream"), names[4]["name"].string)
    XCTAssertEqual(
      SegmentName.transientPrefix(writer: id, of: "scope/stream/0.#epoch.0"),
      names[5]["prefix"].string)
    XCTAssertEqual(
      SegmentName.primary(of: names[5]["prefix"].string + String(repeating: "a", count: 32)),
      "scope/stream/0.#epoch.0")
  }

  func testTextsThatNameNoSegmentAreRefused() {
    let texts = [
      "", "a", "/", "//", "a/b", "a//0", "a/b/x", "a/b/0.#epoch.", "a/b/0.#epoch.x", "a/b/-1",
      "a/b/c/0", "a/b/0.#epock.1", "a/b/99999999999.#epoch.0", "/b/0", "a/b/+1", "a/b/0.",
      "#transaction.00000000000000000000000000000000",
    ]
    for text in texts { XCTAssertThrowsError(try Segment(qualifiedName: text), text) }
  }

  func testUserNamesAreCheckedWithASentence() throws {
    let cases = [
      ("a b", "The stream name 'a b' contains a space."),
      ("_RGx", "The stream name '_RGx' is reserved, because it begins with an underscore."),
      ("", "The stream name '' is empty."),
      ("a_b", "The stream name 'a_b' contains an underscore."),
      ("a/b", "The stream name 'a/b' contains '/'."),
      ("größe", "The stream name 'größe' contains the character U+00F6."),
    ]
    for (name, message) in cases {
      XCTAssertThrowsError(try Names.check(name, as: .stream)) {
        XCTAssertEqual(($0 as? PravegaError)?.message, message)
        XCTAssertEqual(($0 as? PravegaError)?.code, .invalidArgument)
      }
    }
    let long = String(repeating: "x", count: 251)
    XCTAssertThrowsError(try Names.check(long, as: .stream)) {
      XCTAssertTrue("\($0)".contains("has 251 characters; at most 250 are allowed."))
    }
    XCTAssertNoThrow(try Names.check(long, as: .scope))
    XCTAssertNoThrow(try Names.check("A-z.09", as: .readerGroup))
    XCTAssertNoThrow(try PravegaStream(scopedName: "s/_RGg"))
    XCTAssertThrowsError(try PravegaStream(scopedName: "s/__g"))
    XCTAssertThrowsError(try PravegaStream(scopedName: "nothing"))
  }
}
