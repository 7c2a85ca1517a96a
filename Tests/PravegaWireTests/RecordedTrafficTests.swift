// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaWire
import XCTest

/// Every frame that real clients and a real server exchanged.
final class RecordedTrafficTests: XCTestCase {
  private var exact = 0
  private var short = 0

  func testEveryTranscriptFrameDecodesToItsFieldsAndEncodesToItsBytes() throws {
    for file in try Fixtures.files("transcripts", ending: ".jsonl") {
      for (index, line) in try Fixtures.lines(file).enumerated() {
        guard line["proto"] as? String == "wire", let hex = line["hex"] as? String else { continue }
        try check(
          hex: hex, fields: line["fields"], "\(file.lastPathComponent):\(index + 1)")
      }
    }
    XCTAssertEqual(exact + short, 13_045)
    XCTAssertGreaterThan(exact, 12_900)
  }

  func testEveryProbeFrameDecodesToItsFieldsAndEncodesToItsBytes() throws {
    for file in try Fixtures.files("probes/wire", ending: ".json") {
      let probe = try Fixtures.object(file)
      for (index, step) in try XCTUnwrap(probe["steps"] as? [[String: Any]]).enumerated() {
        let place = "\(file.lastPathComponent) step \(index + 1)"
        if let request = step["send"] as? [String: Any] {
          try checkRequest(request, hex: step["hex"], place)
        }
        for reply in step["expect"] as? [[String: Any]] ?? [] {
          try check(hex: reply["hex"], fields: reply["fields"], place)
        }
      }
    }
    XCTAssertGreaterThan(exact, 1_500)
  }

  private func checkRequest(_ request: [String: Any], hex: Any?, _ place: String) throws {
    let command = request["command"] as? String ?? ""
    guard !["RAW", "MERGE_TABLE_SEGMENTS", "SEAL_TABLE_SEGMENT", "EVENT"].contains(command) else {
      return
    }
    try check(hex: hex, fields: request["fields"], place)
  }

  private func check(hex: Any?, fields: Any?, _ place: String) throws {
    // Nil: the frame holds a value captured earlier in the conversation.
    guard let bytes = Fixtures.bytes(hex) else { return }
    let frame = try XCTUnwrap(RecordedFrame(bytes), place)
    let command: any WireCommand
    do { command = try frame.decoded() } catch { return XCTFail("\(place): \(error)") }
    let recorded = try XCTUnwrap(fields as? [String: Any], place)
    let (different, missing) = try RecordedFields.differences(command, recorded)
    XCTAssertEqual(different, [], "\(place): \(WireDump.line(command))")
    let encoded = try command.encoded()
    if missing.isEmpty, recorded["trailing"] == nil {
      exact += 1
      XCTAssert(encoded == bytes, place)
    } else {
      // Old and short forms: what was sent, then the defaults; or surplus bytes behind it.
      short += 1
      let common = min(encoded.count, bytes.count)
      XCTAssertEqual(encoded[8..<common], bytes[8..<common], place)
    }
  }
}
