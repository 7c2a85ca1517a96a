// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

final class ReaderGroupRecordConformanceTests: LeakCheckedTestCase {
  func testEveryUpdateOfJavaDecodesAndEncodesToTheSameBytes() throws {
    let entries = try Recorded.vectors("reader_group_updates")["updates"].array
    for entry in entries {
      let bytes = entry["updateBytesHex"].bytes
      let update = try ReaderGroupUpdate.decode(bytes)
      XCTAssertEqual(try ReaderGroupUpdate.decode(try update.encode()), update)
      XCTAssertEqual(try update.encode().count, bytes.count)
      if entry["byteExact"].bool { XCTAssertEqual(try update.encode().hex, bytes.hex) }
      XCTAssertEqual(
        StateRecord.updates([bytes]).encode().hex, entry["stateSyncRecordHex"].string)
    }
    XCTAssertEqual(Set(entries.map { $0["typeId"].int }), Set(2...13))
  }

  func testFieldsOfUpdatesAreInTheirPlaces() throws {
    let segment = try Segment(qualifiedName: "scope/stream/0.#epoch.0")
    let half = SegmentWithRange(segment, KeyRange(low: 0, high: 0.5))
    let merged = SegmentWithRange(
      try Segment(qualifiedName: "scope/stream/2.#epoch.1"), .full)
    let expected: [String: ReaderGroupUpdate] = [
      "AddReader": .addReader("reader1"),
      "RemoveReader": .removeReader("reader1", offsets: [segment: 25]),
      "ReleaseSegment": .releaseSegment(reader: "reader1", segment, offset: 25),
      "AcquireSegment": .acquireSegment(reader: "reader1", segment),
      "UpdateDistanceToTail": .updateDistanceToTail(
        reader: "reader1", distance: 40_000, lastRead: [.init(half, 25)]),
      "SegmentCompleted (merge, one successor)": .segmentCompleted(
        reader: "reader1", half, successors: [.init(merged, predecessorIDs: [0, 1])]),
      "CheckpointReader": .checkpointReader(
        checkpoint: "cp1", reader: "reader1", offsets: [segment: 25]),
      "CreateCheckpoint": .createCheckpoint("cp1"),
    ]
    var seen = 0
    for entry in try Recorded.vectors("reader_group_updates")["updates"].array {
      guard let update = expected[entry["name"].string] else { continue }
      XCTAssertEqual(try ReaderGroupUpdate.decode(entry["updateBytesHex"].bytes), update)
      seen += 1
    }
    XCTAssertEqual(seen, expected.count)
  }

  func testOldNewerAndPaddedFormsAreRead() throws {
    for entry in try Recorded.vectors("reader_group_updates")["compatibilityForms"].array {
      let name = entry["name"].string
      let bytes = entry["updateBytesHex"].bytes
      if name.hasPrefix("ReaderGroupConfig") {
        let config = try ReaderGroupConfig(bytes: bytes)
        XCTAssertEqual(config.maxOutstandingCheckpointRequest, 3)
        XCTAssertEqual(config.generation, -1)
        continue
      }
      let update = try ReaderGroupUpdate.decode(bytes)
      if case .updateDistanceToTail(let reader, let distance, let lastRead) = update {
        XCTAssertEqual(reader, "reader1", name)
        XCTAssertEqual(distance, 40_000, name)
        XCTAssertEqual(lastRead.isEmpty, name.contains("revision 0 only"), name)
      }
    }
  }

  func testStartsOfJavaDecodeAndEncodeToTheSameBytes() throws {
    for entry in try Recorded.vectors("reader_group_updates")["inits"].array {
      let bytes = entry["initBytesHex"].bytes
      let start = try ReaderGroupUpdate.decode(bytes)
      XCTAssertEqual(try ReaderGroupUpdate.decode(try start.encode()), start)
      if entry["byteExact"].bool { XCTAssertEqual(try start.encode().hex, bytes.hex) }
      guard case .initial(let padded) = try StateRecord.decode(entry["asInitRecordHex"].bytes)
      else { return XCTFail("no initial record") }
      XCTAssertEqual(try ReaderGroupUpdate.decode(padded), start)
    }
  }

  func testCompactedStatesOfJavaDecodeAndEncodeToTheSameBytes() throws {
    for entry in try Recorded.vectors("reader_group_compact")["examples"].array {
      let bytes = entry["initBytesHex"].bytes
      guard case .compact(let state) = try ReaderGroupUpdate.decode(bytes) else {
        return XCTFail("no compacted state")
      }
      try assertState(state, entry["state"], "compact")
      let again = try ReaderGroupUpdate.compact(state).encode()
      XCTAssertEqual(again.count, bytes.count)
      XCTAssertEqual(try ReaderGroupUpdate.decode(again), .compact(state))
      if entry["byteExact"].bool { XCTAssertEqual(again.hex, bytes.hex) }
    }
  }

  func testRecordsOfTwoUpdatesAreSplit() throws {
    let entry = try Recorded.vectors("reader_group_updates")["recordWithTwoUpdates"]
    let hex = entry["stateSyncRecordHex"].isNull ? entry["recordHex"] : entry["stateSyncRecordHex"]
    guard case .updates(let updates) = try StateRecord.decode(hex.bytes) else {
      return XCTFail("no updates")
    }
    XCTAssertEqual(updates.count, 2)
    XCTAssertEqual(StateRecord.updates(updates).encode().hex, hex.string)
  }

  /// Neither cut nor changed bytes may trap, and counts must not make room for what is not there.
  func testHostileRecordsAreRefusedOrHarmless() throws {
    var random = SeededGenerator(seed: 11)
    let vectors = try Recorded.vectors("reader_group_updates")
    let compacts = try Recorded.vectors("reader_group_compact")["examples"].array
    let seeds =
      vectors["updates"].array.map { $0["updateBytesHex"].bytes }
      + vectors["inits"].array.map { $0["initBytesHex"].bytes }
      + compacts.map { $0["initBytesHex"].bytes }
    for seed in seeds {
      for end in 0..<seed.count { _ = try? ReaderGroupUpdate.decode(Array(seed[..<end])) }
      for _ in 0..<500 {
        var bad = seed
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bad[Int.random(in: 0..<bad.count, using: &random)] = .random(in: 0...255, using: &random)
        }
        guard let update = try? ReaderGroupUpdate.decode(bad) else { continue }
        _ = try? update.encode()
      }
    }
  }
}
