// SPDX-License-Identifier: Apache-2.0

import PravegaProtobuf
import XCTest

final class ProtobufReaderTests: XCTestCase {
  private func assertRefused<M: ProtobufMessage>(
    _ type: M.Type, _ hex: String, _ expected: ProtobufError, line: UInt = #line
  ) {
    XCTAssertThrowsError(try M(protobuf: bytes(hex)), line: line) { error in
      XCTAssertEqual(error as? ProtobufError, expected, line: line)
    }
  }

  func testBytesThatAreNoMessageAreRefused() {
    assertRefused(Proto.ScopeInfo.self, "0a", .truncated)
    assertRefused(Proto.ScopeInfo.self, "0a05637061", .truncated)
    assertRefused(Proto.ScopeInfo.self, "ffffffffffffffffffffff", .varintTooLong)
    assertRefused(Proto.ScopeInfo.self, "0a02c328", .invalidUTF8)
    assertRefused(Proto.ScopeInfo.self, "00", .invalidTag)
    assertRefused(Proto.ScopeInfo.self, "0a0361626307", .invalidTag)
    assertRefused(Proto.StreamConfig.self, "0a030a01", .truncated)
    assertRefused(Proto.ScaleRequest.self, "12ff", .truncated)
    assertRefused(Proto.ScaleRequest.self, "12ffffffffffffffffff01", .truncated)
    assertRefused(Proto.SegmentRange.self, "110000000000", .truncated)
  }

  func testANestedMessageEndsWhereItsLengthSays() throws {
    // The inner string reaches beyond the message that holds it, though not beyond all bytes.
    assertRefused(Proto.StreamConfig.self, "0a030a0561626364", .truncated)
  }

  func testUnknownFieldsOfEveryKindAreSkipped() throws {
    let known = bytes("0a0161")
    let unknown = [
      "1096ffff01", "19 0102030405060708", "22 03616263", "2d 01020304", "33 0801 34",
      "33 3b 3c 34",
    ]
    for hex in unknown {
      XCTAssertEqual(try Proto.ScopeInfo(protobuf: bytes(hex) + known).scope, "a", hex)
    }
  }

  func testGroupsMustBeBalanced() {
    assertRefused(Proto.ScopeInfo.self, "33", .unbalancedGroup)
    assertRefused(Proto.ScopeInfo.self, "34", .unbalancedGroup)
    assertRefused(Proto.ScopeInfo.self, "333c", .unbalancedGroup)
  }

  func testNestingIsLimited() {
    let open = [UInt8](repeating: 0x33, count: 101)
    let close = [UInt8](repeating: 0x34, count: 101)
    XCTAssertThrowsError(try Proto.ScopeInfo(protobuf: open + close)) {
      XCTAssertEqual($0 as? ProtobufError, .tooDeep)
    }
    XCTAssertNoThrow(try Proto.ScopeInfo(protobuf: Array(open.dropLast()) + close.dropLast()))
  }

  func testRepeatedFieldsShareOneBudget() {
    let entry: [UInt8] = [0x0a, 0x00]
    let most = ProtobufLimits.elements
    func message(_ count: Int) -> [UInt8] {
      (0..<count).flatMap { _ in entry }
    }
    XCTAssertEqual(try Proto.SegmentRanges(protobuf: message(most)).segmentRanges.count, most)
    XCTAssertThrowsError(try Proto.SegmentRanges(protobuf: message(most + 1))) {
      XCTAssertEqual($0 as? ProtobufError, .tooManyElements)
    }
  }

  func testTheLastValueOfAFieldCountsAndMessagesMerge() throws {
    XCTAssertEqual(try Proto.ScopeInfo(protobuf: bytes("0a01610a0162")).scope, "b")
    let merged = try Proto.StreamConfig(protobuf: bytes("0a030a0161 0a03120162"))
    XCTAssertEqual(merged.streamInfo, Proto.StreamInfo(scope: "a", stream: "b"))
  }

  func testNumbersComePackedAndOneByOne() throws {
    let expected: [Int64] = [0, 1, -1]
    let packed = bytes("120c0001ffffffffffffffffff01")
    let single = bytes("1200 1001 10ffffffffffffffffff01")
    XCTAssertEqual(try Proto.ScaleRequest(protobuf: packed).sealedSegments, expected)
    XCTAssertEqual(try Proto.ScaleRequest(protobuf: single).sealedSegments, [1, -1])
  }

  func testAValueOfTheWrongWireTypeIsLikeAnUnknownField() throws {
    XCTAssertEqual(try Proto.ScopeInfo(protobuf: bytes("0801")).scope, "")
    XCTAssertEqual(try Proto.ExistsResponse(protobuf: bytes("0a0161")).exists, false)
    XCTAssertEqual(try Proto.StreamCut(protobuf: bytes("1001")).cut, [:])
    XCTAssertEqual(try Proto.SegmentRange(protobuf: bytes("1001")).minKey, 0)
  }

  func testMapEntriesMayLackKeyOrValue() throws {
    XCTAssertEqual(try Proto.StreamCut(protobuf: bytes("1203108008")).cut, [0: 1024])
    XCTAssertEqual(try Proto.StreamCut(protobuf: bytes("12020805")).cut, [5: 0])
    XCTAssertEqual(try Proto.StreamCut(protobuf: bytes("1200")).cut, [0: 0])
    let mapping = try Proto.ControllerToBucketMappingResponse(
      protobuf: bytes("0a03 0a0161 0a05 1203 0a0107"))
    XCTAssertEqual(mapping.mapping, ["a": Proto.BucketIds(), "": Proto.BucketIds(id: [7])])
  }

  func testUnknownEnumNumbersAreKept() throws {
    let reply = try Proto.UpdateStreamStatus(protobuf: bytes("0863"))
    XCTAssertEqual(reply.status, .unrecognized(99))
    XCTAssertEqual(reply.status.name, "99")
    XCTAssertEqual(reply.serialized(), bytes("0863"))
  }
}
