// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaCore

/// Ids at the end of what a compact number can hold.
final class StreamCutIDLimitTests: XCTestCase {
  func testCutWithAnIDThatCannotBeStoredIsRefused() throws {
    let last: [UInt8] = Array(repeating: 0xff, count: 7) + [0xfe]
    let beyond: [UInt8] = Array(repeating: 0xff, count: 8)
    // Stored, the two would be one segment with one of both offsets.
    XCTAssertThrowsError(try StreamCut(bytes: cut([beyond + [1], last + [2]]))) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .serialization)
    }
  }

  func testCutWithTheLastIDThatCanBeStoredIsReadAndWrittenBack() throws {
    let last: [UInt8] = Array(repeating: 0xff, count: 7) + [0xfe]
    let bytes = cut([last + [2]])
    let read = try StreamCut(bytes: bytes)
    XCTAssertEqual(read.positions.count, 1)
    XCTAssertEqual(read.toBytes(), bytes)
  }

  /// Version 1: the name of the stream, then pairs of id and offset.
  private func cut(_ pairs: [[UInt8]]) -> [UInt8] {
    let data = [0, 3] + Array("a/b".utf8) + [UInt8(pairs.count)] + pairs.joined()
    return [0, 1, 1, 0, 0, 0, 0, UInt8(data.count)] + data
  }

  /// Its id would be negative, which the bytes of a cut cannot hold.
  func testATextWithANegativeNumberOrEpochIsRefused() throws {
    for text in ["0:s/t:-1:0:5", "0:s/t:0:-1:5", "0:s/t:0,-1:0,0:5,6"] {
      XCTAssertThrowsError(try StreamCut.decode(plainText: text), text)
    }
    XCTAssertEqual(try StreamCut.decode(plainText: "0:s/t:0:0:-1").positions.values.first, -1)
  }
}
