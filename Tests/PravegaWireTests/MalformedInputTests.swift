// SPDX-License-Identifier: Apache-2.0

import PravegaWire
import XCTest

/// Nothing that a peer sends may do more than throw.
final class MalformedInputTests: XCTestCase {
  private func fields(_ command: any WireCommand) throws -> [FieldCollector.Field] {
    try FieldCollector.collect(command)
  }

  func testEverySampleSurvivesARoundTrip() throws {
    for sample in try Samples.all() {
      let decoded = try XCTUnwrap(RecordedFrame(sample.encoded())).decoded()
      XCTAssertEqual(try fields(decoded), try fields(sample))
    }
  }

  func testAPayloadCutAnywhereThrowsOrTakesDefaults() throws {
    for sample in try Samples.all() {
      let payload = Array(try sample.encoded()[8...])
      let all = try fields(sample)
      let takesRest = all.contains { $0.kind == "rest" }
      let hasTrailing = all.contains { $0.isTrailing }
      for count in payload.indices {
        let cut = try? decode(type(of: sample).code, Array(payload.prefix(count)))
        if cut != nil {
          XCTAssert(takesRest || hasTrailing, "\(WireDump.line(sample)) cut at \(count)")
        }
      }
    }
  }

  func testBytesBehindTheKnownFieldsAreIgnored() throws {
    for sample in try Samples.all() where try !fields(sample).contains(where: { $0.kind == "rest" })
    {
      let payload = Array(try sample.encoded()[8...]) + [1, 2, 3]
      let decoded = try decode(type(of: sample).code, payload)
      XCTAssertEqual(try fields(decoded), try fields(sample))
    }
  }

  func testMissingTrailingFieldsTakeTheirDefaults() throws {
    for sample in try Samples.all() where try fields(sample).contains(where: \.isTrailing) {
      var expected = try fields(type(of: sample).init())
      for (index, field) in try fields(sample).enumerated() where !field.isTrailing {
        expected[index] = field
      }
      let short = try shortestPayload(of: sample)
      XCTAssertEqual(
        try fields(try decode(type(of: sample).code, short)), expected, WireDump.line(sample))
    }
  }

  /// The fewest leading bytes that hold all mandatory fields.
  private func shortestPayload(of sample: any WireCommand) throws -> [UInt8] {
    let payload = Array(try sample.encoded()[8...])
    let count = payload.indices.first {
      (try? decode(type(of: sample).code, Array(payload.prefix($0)))) != nil
    }
    return Array(payload.prefix(try XCTUnwrap(count)))
  }

  func testACountFromAPeerDoesNotMakeRoomForMoreThanTheFrameHolds() throws {
    var request = ReadTable()
    request.keys = []
    var payload = Array(try request.encoded()[8...])
    for count: [UInt8] in [[0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 1]] {
      payload.replaceSubrange(payload.count - 4..<payload.count, with: count)
      XCTAssertThrowsError(try decode(ReadTable.code, payload))
    }
  }

  func testAnyOtherThanZeroIsTrue() throws {
    let payload: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1, 0x80]
    let reply = try XCTUnwrap(
      decode(SegmentAttributeUpdated.code, payload) as? SegmentAttributeUpdated)
    XCTAssertTrue(reply.success)
  }

  func testMutatedPayloadsNeverTrap() throws {
    var random = SeededRandom(seed: 20_260_726)
    let samples = try Samples.all().map { (type(of: $0).code, Array(try $0.encoded()[8...])) }
    var refused = 0
    for round in 0..<40_000 {
      let (code, payload) = samples[round % samples.count]
      var mutated = payload
      for _ in 0...Int(random.next() % 4) { mutate(&mutated, &random) }
      if (try? decode(code, mutated)) == nil { refused += 1 }
    }
    XCTAssertGreaterThan(refused, 5_000)
  }

  func testRandomPayloadsNeverTrap() {
    var random = SeededRandom(seed: 7)
    for row in CommandTable.rows {
      for _ in 0..<300 {
        let count = Int(random.next() % 96)
        _ = try? decode(row.code, (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      }
    }
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    guard !bytes.isEmpty else { return }
    let at = Int(random.next() % UInt64(bytes.count))
    switch random.next() % 5 {
    case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
    case 1: bytes[at] ^= 1 << (random.next() % 8)
    case 2: bytes[at] = [0, 0x7F, 0x80, 0xFF][Int(random.next() % 4)]
    case 3: bytes.remove(at: at)
    default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
    }
  }

  private func decode(_ code: Int32, _ payload: [UInt8]) throws -> any WireCommand {
    try payload.withUnsafeBytes { try CommandTable.decode(code: code, payload: $0) }
  }
}

/// Repeatable randomness (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
