// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

final class InflateTests: LeakCheckedTestCase {
  private let limit = 1 << 20

  func testStoredBlocksComeBackAtEveryBoundary() throws {
    for count in [0, 1, 65_534, 65_535, 65_536, 200_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      XCTAssertEqual(try Gzip.decompress(Gzip.compress(bytes), maxOutput: limit), bytes)
    }
  }

  func testFixedAndDynamicBlocksOfAnotherCompressorAreRead() throws {
    for sample in CompressedSamples.all {
      XCTAssertEqual(
        try Gzip.decompress([UInt8](hex: sample.gzip), maxOutput: limit), sample.plain)
    }
  }

  func testOutputStopsAtTheLimit() {
    let bomb = [UInt8](hex: CompressedSamples.zeros)
    XCTAssertThrowsError(try Gzip.decompress(bomb, maxOutput: 1000)) {
      XCTAssertEqual("\($0)", "decompressed data has more than 1000 bytes")
    }
  }

  func testDamagedDataIsRefusedAndNeverTraps() {
    var random = SeededGenerator(seed: 7)
    for sample in CompressedSamples.all {
      let good = [UInt8](hex: sample.gzip)
      for end in 0..<good.count {
        XCTAssertThrowsError(try Gzip.decompress(Array(good[..<end]), maxOutput: limit))
      }
      for _ in 0..<2000 {
        var bad = good
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          bad[Int.random(in: 0..<bad.count, using: &random)] = .random(in: 0...255, using: &random)
        }
        _ = try? Gzip.decompress(bad, maxOutput: limit)
      }
    }
  }

  func testBase64RefusesWhatIsNotWholeGroups() {
    for text in ["A", "AA", "AAA", "A===", "=AAA", "AA=A", "AA\n=", "____"] {
      XCTAssertNil(Base64.decode(text), text)
    }
    for count in 0...9 {
      let bytes = (0..<UInt8(count)).map { $0 &* 77 }
      XCTAssertEqual(Base64.decode(Base64.encode(bytes)), bytes)
    }
    XCTAssertEqual(Base64.encode([1]), "AQ==")
  }
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
