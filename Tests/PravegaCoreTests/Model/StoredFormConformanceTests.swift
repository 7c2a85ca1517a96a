// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

/// Cuts, pointers, positions, checkpoints and configurations against bytes that Java wrote.
final class StoredFormConformanceTests: LeakCheckedTestCase {
  func testStreamCuts() throws {
    let vectors = try Recorded.vectors("stream_cut")
    for entry in vectors["cuts"].array {
      let positions = try offsets(entry["positions"])
      let stream = try PravegaStream(scopedName: entry["stream"].string)
      let cut = StreamCut.bounded(stream, positions: positions)
      XCTAssertEqual(try StreamCut(bytes: entry["bytesHex"].bytes), cut)
      XCTAssertEqual(try StreamCut(bytes: cut.toBytes()), cut)
      if entry["byteExact"].bool { XCTAssertEqual(cut.toBytes().hex, entry["bytesHex"].string) }
      XCTAssertEqual(try StreamCut(text: entry["asTextBase64GzipFromJdk17"].string), cut)
      XCTAssertEqual(try StreamCut(text: cut.asText()), cut)
      XCTAssertEqual(cut.description, entry["toString"].string)
    }
    let old = vectors["readOnlyOldVersion0"]
    XCTAssertEqual(
      try StreamCut(bytes: old["bytesHex"].bytes).positions, try offsets(old["positions"]))
  }

  func testUnboundedAndEmptyCuts() throws {
    XCTAssertEqual(try StreamCut(bytes: []), .unbounded)
    XCTAssertEqual(StreamCut.unbounded.asText(), "UNBOUNDED")
    XCTAssertEqual(try StreamCut(text: "UNBOUNDED"), .unbounded)
    XCTAssertEqual(StreamCut.unbounded.toBytes(), [])
    let empty = StreamCut.bounded(try PravegaStream(scopedName: "a/b"), positions: [:])
    XCTAssertEqual(try StreamCut(text: "H4sIAAAAAAAA/zOwStRPsrKyAgAnSrM3CAAAAA=="), empty)
    XCTAssertEqual(try StreamCut(text: empty.asText()), empty)
  }

  func testDamagedCutTextsAreRefused() throws {
    let good = "H4sIAAAAAAAA/zOwKk7OL0jVLy4pSk3MtTIAQkMDAKMnNQ0VAAAA"
    XCTAssertNoThrow(try StreamCut(text: good))
    for text in ["", "x", "====", "QUJD", String(good.dropLast(4)), "unbounded"] {
      XCTAssertThrowsError(try StreamCut(text: text)) {
        XCTAssertEqual(($0 as? PravegaError)?.code, .invalidArgument)
      }
    }
    let texts = [
      "0:a:0:0:0", "0:a/b:0,1:0:0", "0:a/b:x:0:0", "0:a/b:0:0:-2", "0:a/b", "0:a/b:1,:0,:0,",
    ]
    for text in texts {
      let packed = Base64.encode(Gzip.compress(Array(text.utf8)))
      XCTAssertThrowsError(try StreamCut(text: packed), text)
    }
    let spaced = Base64.encode(Gzip.compress(Array("0:a/b: 0 , 1:0, 0: 5,6 ".utf8)))
    XCTAssertEqual(try StreamCut(text: spaced).description, "a/b:0=5, 1=6")
  }

  func testEventPointers() throws {
    for entry in try Recorded.vectors("event_pointer")["pointers"].array {
      let pointer = try EventPointer(text: entry["text"].string)
      XCTAssertEqual(pointer.segment.qualifiedName, entry["segment"].string)
      XCTAssertEqual(pointer.startOffset, entry["startOffset"].int)
      XCTAssertEqual(Int64(pointer.length), entry["length"].int)
      XCTAssertEqual(pointer.toBytes().hex, entry["bytesHex"].string)
      XCTAssertEqual(try EventPointer(bytes: entry["bytesHex"].bytes), pointer)
      XCTAssertEqual(pointer.description, entry["text"].string)
    }
    for text in ["", "a/b/0:1", "a/b/0:1-", "a/b/0:-1-2", "a/b/0", "a/b/0:1-2-3"] {
      XCTAssertThrowsError(try EventPointer(text: text), text)
    }
  }

  func testPositions() throws {
    let vectors = try Recorded.vectors("position")
    for entry in vectors["positions"].array {
      let position = try Position(bytes: entry["bytesHex"].bytes)
      var offsets: [Segment: Int64] = [:]
      for owned in entry["ownedSegments"].array {
        let segment = try Segment(qualifiedName: owned["segment"].string)
        offsets[segment] = owned["offset"].int
        XCTAssertEqual(position.ranges[segment], range(owned))
      }
      XCTAssertEqual(position.offsets, offsets)
      XCTAssertEqual(try Position(bytes: position.toBytes()), position)
      if entry["byteExact"].bool {
        XCTAssertEqual(position.toBytes().hex, entry["bytesHex"].string)
      }
    }
    for entry in vectors["revision0OnlyInputs"].array {
      let position = try Position(bytes: entry["bytesHex"].bytes)
      XCTAssertEqual(position.offsets, try offsets(entry["decodesTo"]))
      XCTAssertEqual(position.ranges, [:])
    }
  }

  func testCheckpoints() throws {
    for entry in try Recorded.vectors("checkpoint")["checkpoints"].array {
      let checkpoint = Checkpoint(
        name: entry["name"].string, positions: try offsets(entry["positions"]))
      XCTAssertEqual(try Checkpoint(bytes: entry["bytesHex"].bytes), checkpoint)
      XCTAssertEqual(try Checkpoint(bytes: checkpoint.toBytes()), checkpoint)
      if entry["byteExact"].bool {
        XCTAssertEqual(checkpoint.toBytes().hex, entry["bytesHex"].string)
      }
    }
  }

  func testReaderGroupConfigs() throws {
    for entry in try Recorded.vectors("reader_group_config")["configs"].array {
      let expected = entry["config"]
      let config = try ReaderGroupConfig(bytes: entry["bytesHex"].bytes)
      XCTAssertEqual(config.groupRefreshTimeMillis, expected["groupRefreshTimeMillis"].int)
      XCTAssertEqual(
        config.automaticCheckpointIntervalMillis,
        expected["automaticCheckpointIntervalMillis"].int)
      XCTAssertEqual(
        Int64(config.maxOutstandingCheckpointRequest),
        expected["maxOutstandingCheckpointRequest"].int)
      XCTAssertEqual(Int64(config.retentionType.rawValue), expected["retentionOrdinal"].int)
      XCTAssertEqual(config.generation, expected["generation"].int)
      XCTAssertEqual(config.readerGroupID.description, expected["readerGroupId"].string)
      XCTAssertEqual(
        Set(config.startingStreamCuts.keys.map(\.scopedName)),
        Set(expected["startingStreamCuts"].object.keys))
      XCTAssertEqual(
        Set(config.endingStreamCuts.keys.map(\.scopedName)),
        Set(expected["endingStreamCuts"].object.keys))
      XCTAssertEqual(try ReaderGroupConfig(bytes: config.toBytes()), config)
      if entry["byteExact"].bool {
        XCTAssertEqual(config.toBytes().hex, entry["bytesHex"].string)
      }
    }
  }

  private func offsets(_ json: JSON) throws -> [Segment: Int64] {
    Dictionary(
      uniqueKeysWithValues: try json.object.map { (try Segment(qualifiedName: $0), $1.int) })
  }

  private func range(_ json: JSON) -> KeyRange? {
    json["low"].isNull ? nil : KeyRange(low: json["low"].double, high: json["high"].double)
  }
}
