// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

/// Whatever the peer sends: no trap, no endless loop, no unbounded memory.
final class HostileBytesTests: XCTestCase {
  private var request: [UInt8] {
    preface
      + bytes(
        .settings([HTTP2Setting(4, 100_000)]), .windowUpdate(0, increment: 1_000),
        headersFrame(1), dataFrame(1, 50), .ping(7), .windowUpdate(1, increment: 5),
        .data(1, [], flowControlled: 0, endStream: true), headersFrame(3, end: true),
        .reset(3, .cancel), .goAway(lastStreamID: 0, .noError, debug: [1, 2, 3]))
  }

  func testCutAnywhereNothingIsInvented() {
    let whole = request
    var all = Endpoint(.server)
    let events = all.receive(whole)
    XCTAssertNil(events.failure)
    for end in 0..<whole.count {
      var server = Endpoint(.server)
      let first = server.receive(Array(whole[..<end]))
      XCTAssertEqual(first, Array(events.prefix(first.count)), "\(end)")
      XCTAssertEqual(first + server.receive(Array(whole[end...])), events, "\(end)")
    }
  }

  func testMutatedBytesNeverTrap() {
    var random = SeededGenerator(seed: 42)
    let whole = request
    for _ in 0..<20_000 {
      var mutated = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: preface.count..<mutated.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: mutated[at] = UInt8.random(in: 0...255, using: &random)
        case 1: mutated[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
        case 2: mutated.remove(at: at)
        default: mutated.insert(UInt8.random(in: 0...255, using: &random), at: at)
        }
      }
      var server = Endpoint(.server)
      let events = server.receive(mutated)
      for case .headers(let id, _, endStream: _) in events {
        server.machine.sendHeaders(responseFields, on: id)
        server.machine.sendData([1, 2, 3], on: id, endStream: true)
      }
      _ = server.machine.takeOutput()
    }
  }

  func testRandomFramesNeverTrap() {
    var random = SeededGenerator(seed: 7)
    for round in 0..<3_000 {
      var endpoint = Endpoint.ready(round % 2 == 0 ? .server : .client)
      if round % 2 == 1 { _ = try? endpoint.machine.openStream(requestFields) }
      for _ in 0..<30 {
        var input: [UInt8] = []
        let length = Int.random(in: 0...40, using: &random)
        HTTP2FrameHeader(
          length: length, type: UInt8.random(in: 0...10, using: &random),
          flags: HTTP2FrameFlags(rawValue: UInt8.random(in: 0...255, using: &random)),
          streamID: StreamID.random(in: 0...6, using: &random)
        ).append(to: &input)
        input += (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        _ = endpoint.receive(input)
        _ = endpoint.machine.takeOutput()
      }
      XCTAssertLessThan(endpoint.machine.streamCount, 10)
    }
  }

  func testRandomHeaderBlocksNeverTrap() {
    var random = SeededGenerator(seed: 3)
    var decoder = HPACKDecoder(maximumListSize: 8_192)
    for _ in 0..<100_000 {
      let count = Int.random(in: 0...40, using: &random)
      let block = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = try? decoder.decode(block[...])
    }
  }

  func testUnfinishedFramesDoNotPileUp() {
    var reader = HTTP2FrameReader()
    var input: [UInt8] = []
    HTTP2FrameHeader(length: 16_384, type: 0xee).append(to: &input)
    input += [UInt8](repeating: 0, count: 16_384)
    for _ in 0..<50 {
      for start in stride(from: 0, to: input.count, by: 1_000) {
        reader.append(input[start..<min(input.count, start + 1_000)])
        while (try? reader.next()) != nil {}
        XCTAssertLessThan(reader.pending.count, 16_384 + 1_009)
      }
    }
  }
}
