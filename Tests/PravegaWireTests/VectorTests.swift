// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaWire
import XCTest

/// Bytes printed by the Java classes.
final class VectorTests: XCTestCase {
  func testWholeCommandsOfTheJavaClassesSurviveARoundTrip() throws {
    let vectors = try Fixtures.object(Fixtures.url("vectors/wire_and_framing.json"))
    let commands = try XCTUnwrap(vectors["commands"] as? [[String: Any]])
    XCTAssertEqual(commands.count, 14)
    for vector in commands {
      let bytes = try XCTUnwrap(Fixtures.bytes(vector["hex"]))
      let command = try XCTUnwrap(RecordedFrame(bytes)).decoded()
      XCTAssertEqual(try command.encoded(), bytes, "\(vector["what"] ?? "")")
    }
  }

  func testLimitsAreThoseOfTheJavaClasses() throws {
    let vectors = try Fixtures.object(Fixtures.url("vectors/wire_and_framing.json"))
    let limits = try XCTUnwrap(vectors["limits"] as? [String: Int])
    XCTAssertEqual(limits["maxWireCommandSize"], WireLimits.maxPayloadToClient)
    XCTAssertEqual(WireLimits.maxPayloadToServer + WireLimits.headerByteCount, 16_777_215)
  }

  func testTheJavaEncodersAppendFramesAreUnderstood() throws {
    let vectors = try Fixtures.object(Fixtures.url("vectors/wire_and_framing.json"))
    var seen: Set<Int32> = []
    for run in try XCTUnwrap(vectors["appendEncoder"] as? [[String: Any]]) {
      let steps = try XCTUnwrap(run["steps"] as? [[String: Any]])
      var stream = try steps.flatMap { try XCTUnwrap(Fixtures.bytes($0["bytesHex"])) }
      var reader = FrameReader(maxPayload: WireLimits.maxPayloadToServer)
      while !stream.isEmpty {
        stream.removeFirst(feed(&reader, stream[...]))
        while let frame = try reader.next() {
          let command = try CommandTable.decode(code: frame.code, payload: frame.payload)
          XCTAssertEqual(Array(try command.encoded()[8...]), Array(frame.payload))
          seen.insert(frame.code)
        }
      }
    }
    XCTAssertEqual(
      seen, [SetupAppend.code, AppendBlock.code, AppendBlockEnd.code, KeepAlive.code])
  }

  func testTableStructuresHaveJavasLayout() throws {
    let vectors = try Fixtures.object(Fixtures.url("vectors/key_value_table.json"))
    let structures = try XCTUnwrap(vectors["wireStructures"] as? [[String: Any]])
    let keys = structures.filter { ($0["what"] as? String)?.hasPrefix("TableKey") == true }
    XCTAssertEqual(keys.count, 4)
    for vector in keys {
      let bytes = try XCTUnwrap(Fixtures.bytes(vector["hex"]))
      var request = RemoveTableKeys()
      let what = try XCTUnwrap(vector["what"] as? String)
      let version: Int64 =
        what.contains("version 7") ? 7 : what.contains("not-exists") ? -1 : .min
      request.keys = [TableKey(what.contains("empty") ? [] : [1, 2, 3], version: version)]
      // requestId, two empty strings, count; behind the key the table offset.
      XCTAssertEqual(Array(try request.encoded().dropFirst(8 + 8 + 4 + 4).dropLast(8)), bytes, what)
    }
  }

  private func feed(_ reader: inout FrameReader, _ bytes: ArraySlice<UInt8>) -> Int {
    let space = reader.receiveSpace()
    let count = min(space.count, bytes.count)
    space.copyBytes(from: bytes.prefix(count))
    reader.received(count)
    return count
  }
}
