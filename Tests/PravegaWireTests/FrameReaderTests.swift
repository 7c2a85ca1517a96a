// SPDX-License-Identifier: Apache-2.0

import PravegaWire
import XCTest

final class FrameReaderTests: XCTestCase {
  private func frame(_ code: Int32, _ payload: [UInt8]) -> [UInt8] {
    let length = UInt32(payload.count)
    let header = [UInt32(bitPattern: code), length].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
    }
    return header + payload
  }

  /// Hands `stream` over in pieces of the given sizes and returns what comes out.
  private func frames(
    of stream: [UInt8], pieces: () -> Int
  ) throws -> [(Int32, [UInt8], isSlab: Bool)] {
    var reader = FrameReader(maxPayload: WireLimits.maxPayloadToClient)
    var result: [(Int32, [UInt8], isSlab: Bool)] = []
    var offset = 0
    while offset < stream.count {
      let space = reader.receiveSpace()
      XCTAssertGreaterThan(space.count, 0)
      let count = min(space.count, pieces(), stream.count - offset)
      space.copyBytes(from: stream[offset..<offset + count])
      reader.received(count)
      offset += count
      while let frame = try reader.next() {
        result.append((frame.code, Array(frame.payload), frame.slab != nil))
      }
    }
    return result
  }

  func testFramesComeOutWholeHoweverTheyArrive() throws {
    var random = SeededRandom(seed: 3)
    let sizes = [0, 1, 7, 100, 4_000, 16_383, 16_384, 30_000, 65_527, 65_528, 65_536, 300_000]
    for pieceLimit: UInt64 in [1_000, 20_000, 1 << 20] {
      var sent: [(Int32, [UInt8])] = []
      for round in 0..<40 {
        let size = sizes[Int(random.next() % UInt64(sizes.count))]
        sent.append(
          (Int32(round), (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ round) }))
      }
      let received = try frames(of: sent.flatMap { frame($0.0, $0.1) }) {
        Int(random.next() % pieceLimit) + 1
      }
      XCTAssertEqual(received.map(\.0), sent.map(\.0))
      for (got, want) in zip(received, sent) { XCTAssertEqual(got.1, want.1) }
    }
  }

  func testSingleBytesSuffice() throws {
    let stream = frame(100, []) + frame(-127, [1, 2, 3]) + frame(9, [4])
    let received = try frames(of: stream) { 1 }
    XCTAssertEqual(received.map(\.0), [100, -127, 9])
    XCTAssertEqual(received.map(\.1), [[], [1, 2, 3], [4]])
  }

  func testALargeFrameHasMemoryOfItsOwnThatOutlivesTheReader() throws {
    var kept: RawFrame?
    do {
      var reader = FrameReader(maxPayload: WireLimits.maxPayloadToClient)
      var rest = frame(10, [UInt8](repeating: 0x5A, count: 1 << 20))[...]
      while kept == nil {
        let space = reader.receiveSpace()
        let count = min(space.count, rest.count)
        space.copyBytes(from: rest.prefix(count))
        rest = rest.dropFirst(count)
        reader.received(count)
        kept = try reader.next()
      }
      XCTAssert(rest.isEmpty, "a slab takes no byte of the next frame")
    }
    let frame = try XCTUnwrap(kept)
    XCTAssertNotNil(frame.slab)
    XCTAssertEqual(frame.payload.count, 1 << 20)
    XCTAssert(frame.payload.allSatisfy { $0 == 0x5A })
  }

  func testTheLimitIsCheckedOnTheHeader() throws {
    let cases: [(limit: Int, length: [UInt8], isAllowed: Bool)] = [
      (WireLimits.maxPayloadToServer, [0x00, 0xFF, 0xFF, 0xF7], true),
      (WireLimits.maxPayloadToServer, [0x00, 0xFF, 0xFF, 0xF8], false),
      (WireLimits.maxPayloadToClient, [0x00, 0xFF, 0xFF, 0xFF], true),
      (WireLimits.maxPayloadToClient, [0x01, 0x00, 0x00, 0x00], false),
      (WireLimits.maxPayloadToClient, [0xFF, 0xFF, 0xFF, 0xFF], false),
      (WireLimits.maxPayloadToClient, [0x80, 0x00, 0x00, 0x00], false),
    ]
    for (limit, length, isAllowed) in cases {
      var reader = FrameReader(maxPayload: limit)
      reader.receiveSpace().copyBytes(from: [0, 0, 0, 100] + length)
      reader.received(8)
      do {
        let frame = try reader.next()
        XCTAssertNil(frame)
        XCTAssert(isAllowed, "\(length)")
      } catch { XCTAssertFalse(isAllowed, "\(length): \(error)") }
    }
  }
}
