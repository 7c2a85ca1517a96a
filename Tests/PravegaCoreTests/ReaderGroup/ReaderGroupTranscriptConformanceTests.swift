// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

/// State streams, positions, pointers and cuts that a Java client left on a real server.
final class ReaderGroupTranscriptConformanceTests: LeakCheckedTestCase {
  func testEveryRecordedStateStreamIsReadToItsEnd() throws {
    var streams = 0
    for name in try Recorded.transcriptNames() where name.hasPrefix("rg-") {
      for line in try Recorded.transcript(name, proto: "segment") {
        guard line["name"].string.contains("/_RG"), line["hex"].value is String else { continue }
        var replay = StateReplay()
        for event in StateReplay.events(line["hex"].bytes) {
          XCTAssertNoThrow(try replay.apply(event), name)
        }
        let state = try XCTUnwrap(replay.state, name)
        XCTAssertTrue(state.config.startingStreamCuts.keys.allSatisfy { $0.streamName == "s" })
        streams += 1
      }
    }
    XCTAssertGreaterThanOrEqual(streams, 16)
  }

  func testRecordsOfTheStreamsEncodeToTheSameBytes() throws {
    for name in try Recorded.transcriptNames() where name.hasPrefix("rg-") {
      for line in try Recorded.transcript(name, proto: "segment") {
        guard line["name"].string.contains("/_RG"), line["hex"].value is String else { continue }
        for event in StateReplay.events(line["hex"].bytes) {
          guard case .updates(let updates) = try StateRecord.decode(event) else { continue }
          XCTAssertEqual(StateRecord.updates(updates).encode(), event)
          for bytes in updates {
            let update = try ReaderGroupUpdate.decode(bytes)
            XCTAssertEqual(try update.encode().count, bytes.count, "\(update)")
          }
        }
      }
    }
  }

  /// After the reader has closed, what it had read last is where the next one starts.
  func testClosedReadersLeaveTheirLastPositionBehind() throws {
    let names = ["rg-create-and-read", "rg-auto-checkpoint", "rg-tail-read"]
    for name in names {
      let segment = try XCTUnwrap(try Recorded.transcript(name, proto: "segment").last)
      var replay = StateReplay()
      for event in StateReplay.events(segment["hex"].bytes) { try replay.apply(event) }
      let state = try XCTUnwrap(replay.state)
      let outcome = try XCTUnwrap(try Recorded.transcript(name, proto: "outcome").last)
      let last = try XCTUnwrap(outcome["reads"].array.last { !$0["positionHex"].isNull })
      let position = try Position(bytes: last["positionHex"].bytes)
      XCTAssertTrue(state.assigned.isEmpty, name)
      XCTAssertEqual(state.unassigned, position.offsets, name)
    }
  }

  func testEveryRecordedPointerAndPositionIsTheOnePrintedBesideIt() throws {
    var count = 0
    for name in try Recorded.transcriptNames() where name.hasPrefix("rg-") {
      for outcome in try Recorded.transcript(name, proto: "outcome") {
        for list in outcome.object.values where list.value is [Any] {
          for read in list.array where !read["positionHex"].isNull {
            let position = try Position(bytes: read["positionHex"].bytes)
            let pairs = position.offsets.map { "\($0)=\($1)" }
            let printed = read["position"].string.split(separator: ", ").map(String.init)
            XCTAssertEqual(Set(pairs), Set(printed))
            guard !read["pointer"].isNull else { continue }
            let pointer = try EventPointer(bytes: read["pointerHex"].bytes)
            XCTAssertEqual(pointer.description, read["pointer"].string)
            XCTAssertEqual(pointer.toBytes().hex, read["pointerHex"].string)
            count += 1
          }
        }
      }
    }
    XCTAssertGreaterThan(count, 100)
  }

  func testRecordedCutsAreReadAsTextAndBytes() throws {
    let line = try XCTUnwrap(
      try Recorded.transcript("rg-update-retention-cut", proto: "outcome").last)
    for entry in line["streamCuts"].object.values {
      let cut = try StreamCut(bytes: entry["hex"].bytes)
      XCTAssertEqual(cut.description, entry["string"].string)
      XCTAssertEqual(try StreamCut(text: entry["text"].string), cut)
    }
  }
}
