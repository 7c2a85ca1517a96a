// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

final class ReaderGroupStateConformanceTests: LeakCheckedTestCase {
  func testEveryStateOfTheScenariosIsJavas() throws {
    let vectors = try Recorded.vectors("reader_group_scenarios")
    var steps = 0
    for name in ["lifecycle", "crossStreamPredecessorIds", "wrappingDistanceMultiply"] {
      var replay = StateReplay()
      for entry in vectors[name].array {
        let record = entry["recordHex"].bytes
        if entry["applyFailsWith"].isNull {
          XCTAssertNoThrow(try replay.apply(record))
        } else {
          XCTAssertThrowsError(try replay.apply(record)) {
            XCTAssertEqual(($0 as? PravegaError)?.code, .corruptedState)
          }
        }
        try assertState(try XCTUnwrap(replay.state), entry["state"], entry["step"].string)
        steps += 1
      }
    }
    XCTAssertEqual(steps, 35)
  }

  func testTheImageOfAStateSegmentGivesJavasFinalState() throws {
    let vectors = try Recorded.vectors("reader_group_segment_image")
    let bytes = vectors["finalSegmentHex"].bytes
    for start in [0, Int(vectors["finalMark"].int)] {
      var replay = StateReplay()
      for event in StateReplay.events(Array(bytes[start...])) { try replay.apply(event) }
      try assertState(try XCTUnwrap(replay.state), vectors["finalState"], "all records")
    }
  }

  func testEveryStepOfTheImageIsJavas() throws {
    let vectors = try Recorded.vectors("reader_group_segment_image")
    let bytes = vectors["finalSegmentHex"].bytes
    for step in vectors["steps"].array {
      var replay = StateReplay()
      for event in StateReplay.events(Array(bytes[..<Int(step["segmentLength"].int)])) {
        try replay.apply(event)
      }
      try assertState(try XCTUnwrap(replay.state), step["state"], step["step"].string)
    }
  }

  func testCheckpointStatesOfJavaAreRead() throws {
    for entry in try Recorded.vectors("checkpoint_state")["examples"].array {
      let state = try CheckpointState(bytes: entry["bytesHex"].bytes)
      if entry["byteExact"].bool {
        XCTAssertEqual(try state.toBytes().hex, entry["bytesHex"].string)
      }
      XCTAssertEqual(try CheckpointState(bytes: try state.toBytes()), state)
      guard entry["checkpointState"].value is [String: Any] else {
        XCTAssertEqual(state, CheckpointState())
        continue
      }
      let expected = entry["checkpointState"]
      XCTAssertEqual(state.names, expected["checkpoints"].array.map(\.string))
      XCTAssertEqual(state.isLastPublished, expected["isLastCheckpointPublished"].bool)
      XCTAssertEqual(state.positions, try expected["positions"].object.mapValues(plainOffsets))
    }
  }

  func testACompactedStateIsTheSameState() throws {
    var replay = StateReplay()
    for entry in try Recorded.vectors("reader_group_scenarios")["lifecycle"].array {
      try? replay.apply(entry["recordHex"].bytes)
      let state = try XCTUnwrap(replay.state)
      let bytes = try ReaderGroupUpdate.compact(state).encode()
      guard case .compact(let again) = try ReaderGroupUpdate.decode(bytes) else {
        return XCTFail("no compacted state")
      }
      XCTAssertEqual(again.positions, state.positions)
      XCTAssertEqual(again.checkpoints, state.checkpoints)
      XCTAssertEqual(again.future, state.future)
      XCTAssertEqual(again.lastRead, state.lastRead)
    }
  }
}
