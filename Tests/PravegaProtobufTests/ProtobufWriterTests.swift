// SPDX-License-Identifier: Apache-2.0

import PravegaProtobuf
import XCTest

/// The messages that the specification of the protocol spells out byte by byte.
final class ProtobufWriterTests: XCTestCase {
  private let info = Proto.StreamInfo(scope: "myScope", stream: "myStream")

  func testDefaultsLeaveNoBytes() {
    XCTAssertEqual(Proto.CreateScopeStatus().serialized(), [])
    XCTAssertEqual(Proto.CreateScopeStatus(status: .scopeExists).serialized(), bytes("0802"))
    XCTAssertEqual(Proto.ServerRequest().serialized(), [])
    XCTAssertEqual(Proto.SegmentRange(minKey: 0).serialized(), [])
    XCTAssertEqual(Proto.SegmentRange(minKey: -0.0).serialized().count, 9)
  }

  func testAStreamWithAPolicyIsEncodedAsJavaDoes() {
    let config = Proto.StreamConfig(
      streamInfo: info,
      scalingPolicy: Proto.ScalingPolicy(
        scaleType: .byRateInEventsPerSec, targetRate: 100, scaleFactor: 2, minNumSegments: 1),
      retentionPolicy: Proto.RetentionPolicy(
        retentionType: .size, retentionParam: 1_048_576, retentionMax: .max),
      tags: Proto.Tags(tag: ["t1"]))
    XCTAssertEqual(
      config.serialized(),
      bytes(
        """
        0a13 0a07 6d7953636f7065 1208 6d7953747265616d 1208 0802 1064 1802 2001 \
        1a10 0802 10808040 18ffffffffffffffff7f 2204 0a02 7431
        """))
  }

  func testAnEmptyMessageIsNotTheSameAsNone() {
    XCTAssertEqual(Proto.StreamConfig(tags: Proto.Tags()).serialized(), bytes("2200"))
    XCTAssertEqual(Proto.StreamConfig(tags: nil).serialized(), [])
  }

  func testMapsAreWrittenInTheOrderOfTheirKeysWithBothParts() {
    let cut = Proto.StreamCut(streamInfo: info, cut: [4_294_967_298: -1, 0: 1024])
    XCTAssertEqual(
      cut.serialized(),
      bytes(
        """
        0a13 0a07 6d7953636f7065 1208 6d7953747265616d 1205 0800 108008 \
        1211 08 8280808010 10 ffffffffffffffffff01
        """))
    let mapping = Proto.ControllerToBucketMappingResponse(
      mapping: ["b": Proto.BucketIds(id: [1, 300]), "a": Proto.BucketIds()])
    XCTAssertEqual(
      mapping.serialized(), bytes("0a05 0a0161 1200 0a0a 0a0162 1205 0a03 01ac02"))
  }

  func testNumbersArePacked() {
    let request = Proto.ScaleRequest(
      streamInfo: info, sealedSegments: [0],
      newKeyRanges: [
        Proto.ScaleRequest.KeyRangeEntry(start: 0, end: 0.25),
        Proto.ScaleRequest.KeyRangeEntry(start: 0.25, end: 0.5),
      ], scaleTimestamp: 1_700_000_000_000)
    XCTAssertEqual(
      request.serialized(),
      bytes(
        """
        0a13 0a07 6d7953636f7065 1208 6d7953747265616d 1201 00 1a09 11 000000000000d03f \
        1a12 09 000000000000d03f 11 000000000000e03f 20 80d095ffbc31
        """))
  }

  func testLongNestedMessagesGetALongLength() throws {
    for count in [0, 1, 120, 127, 128, 129, 16_383, 16_384, 100_000] {
      let config = Proto.StreamConfig(
        streamInfo: Proto.StreamInfo(scope: String(repeating: "x", count: count)))
      XCTAssertEqual(try Proto.StreamConfig(protobuf: config.serialized()), config, "\(count)")
    }
  }
}
