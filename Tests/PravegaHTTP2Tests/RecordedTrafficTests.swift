// SPDX-License-Identifier: Apache-2.0

import Foundation
import XCTest

@testable import PravegaHTTP2

/// What the Java client and a real controller said to each other, frame by frame.
final class RecordedTrafficTests: XCTestCase {
  private struct Line: Decodable {
    var t: Double?
    var dir: String?
    var frame: String?
    var headers: [[String]]?
    var hex: String?
  }

  private func lines() throws -> [Line] {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = tests.appendingPathComponent("Fixtures/transcripts/http2-connection-setup.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .filter { $0.contains("\"proto\":\"http2\"") }
      .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  func testEveryRecordedFrameDecodesAndHeaderListsAgree() throws {
    var readers = ["c2s": HTTP2FrameReader(), "s2c": HTTP2FrameReader()]
    var decoders = [
      "c2s": HPACKDecoder(maximumListSize: 8_192), "s2c": HPACKDecoder(maximumListSize: 8_192),
    ]
    var lists = 0
    for line in try lines() where line.frame != "PREFACE" {
      let direction = try XCTUnwrap(line.dir)
      let recorded = bytes(hex: line.hex ?? "")
      readers[direction]?.append(recorded)
      let frame = try XCTUnwrap(try readers[direction]?.next())
      if case .headers(_, let block, _, _) = frame {
        let fields = try XCTUnwrap(try decoders[direction]?.decode(block)).fields
        XCTAssertEqual(fields.map { [$0.nameText, $0.valueText] }, line.headers)
        lists += 1
      } else {
        var again: [UInt8] = []
        frame.append(to: &again)
        XCTAssertEqual(again, recorded, line.frame ?? "")
      }
      XCTAssertEqual(readers[direction]?.pending.count, 0)
    }
    XCTAssertEqual(lists, 9)
  }

  func testOurServerUnderstandsTheJavaClient() throws {
    var server = Endpoint(.server)
    var requests = 0
    var answers: [HTTP2Frame] = []
    for line in try lines() where line.dir == "c2s" {
      server.now = .milliseconds(Int((line.t ?? 0) * 1_000))
      for event in server.receive(bytes(hex: line.hex ?? "")) {
        switch event {
        case .data(let id, _, endStream: true):
          requests += 1
          server.machine.sendHeaders(responseFields, on: id, endStream: true)
        case .connectionFailed(let error): XCTFail("\(error)")
        default: break
        }
      }
      answers += try server.frames()
    }
    XCTAssertEqual(requests, 3)
    let acknowledged = answers.filter { if case .pingAck = $0 { true } else { false } }
    XCTAssertEqual(acknowledged.count, 3)
    XCTAssertEqual(server.machine.streamCount, 0)
  }
}
