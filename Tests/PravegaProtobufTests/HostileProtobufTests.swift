// SPDX-License-Identifier: Apache-2.0

import PravegaProtobuf
import XCTest

/// Damaged messages must be refused or read, never trap or hang.
final class HostileProtobufTests: XCTestCase {
  /// A sample small enough for every test run: one message of each size and kind.
  private func samples() throws -> [RecordedMessage] {
    var seen: Set<String> = []
    return try RecordedMessages.all().filter {
      seen.insert("\($0.codec.name) \($0.bytes.count)").inserted
    }
  }

  func testEveryTruncationIsHandled() throws {
    for sample in try samples() {
      for count in 0..<min(sample.bytes.count, 200) {
        _ = try? sample.codec.decode(Array(sample.bytes.prefix(count)))
      }
    }
  }

  func testDamagedMessagesAreReadOrRefused() throws {
    var random = SplitMix(state: 0x5eed)
    var refused = 0
    for sample in try samples() where !sample.bytes.isEmpty {
      for _ in 0..<40 {
        var bytes = sample.bytes
        for _ in 0...Int(random.next() % 3) {
          bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        }
        do {
          let encoded = try sample.codec.reencode(bytes)
          // What was read is a message again.
          XCTAssertTrue(try sample.codec.areEqual(encoded, encoded) || hasNaN(encoded))
        } catch {
          refused += 1
        }
      }
    }
    XCTAssertGreaterThan(refused, 100)
  }

  func testNoiseIsReadOrRefused() {
    var random = SplitMix(state: 7)
    for _ in 0..<2000 {
      let count = Int(random.next() % 64)
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      for call in calls.values {
        _ = try? call.request.decode(bytes)
        _ = try? call.reply.decode(bytes)
      }
    }
  }

  /// A key range that is not a number is unlike itself.
  private func hasNaN(_ bytes: [UInt8]) -> Bool { bytes.contains(0x7f) || bytes.contains(0xff) }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
