// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaStandalone

/// Calls with values that no honest client sends, to the embedded controller over the embedded
/// store. Whatever the answer, the controller lives, is quick and keeps the key space whole.
final class HostileControllerTests: LeakCheckedTestCase {
  private let clock = Monitor<Int64>(1_000_000)
  private let store = SegmentStore(memoryLimit: 256 << 20)
  private lazy var controller = ControllerCore(storage: store) { [clock] in
    clock.withLock { $0 }
  }
  private lazy var service = ControllerService(core: controller) { _ in ("127.0.0.1", 1) }
  private let key = StreamKey("s", "t")

  private static let integers: [Int64] = [
    .min, Int64(Int32.min), -1, 0, 1, 4, Int64(Int32.max), 1 << 32, .max,
  ]
  private static let texts = [
    "", "s", "t", "s/t", "_system", "_RGt", "\0", "é", String(repeating: "x", count: 256),
    String(repeating: "x", count: 100_000),
  ]

  override func setUpWithError() throws {
    try super.setUpWithError()
    _ = try controller.createScope("s")
    XCTAssertEqual(try controller.createStream(key, .fixed(4)), .success)
  }

  private func checkThatTheControllerLives(_ what: String = "") throws {
    clock.withLock { $0 += 60_000 }
    controller.tick()
    let name = StreamKey("alive", "x")
    _ = try controller.createScope("alive")
    _ = try controller.createStream(name, .fixed(1))
    XCTAssertEqual(try controller.currentSegments(name).count, 1, what)
    guard let stream = try? controller.stream(key), let epoch = stream.epochs.last else { return }
    XCTAssertEqual(epoch.segments.first?.range.low, 0, what)
    XCTAssertEqual(epoch.segments.last?.range.high, 1, what)
  }

  // MARK: - Messages

  private var random = HostileRandom(seed: 3)

  private func draw(_ count: Int) -> Int { Int(random.next() >> 11) % count }

  /// A message of random fields with extreme values, or with such messages inside.
  private func message(depth: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for field in 1...(1 + draw(9)) where draw(4) > 0 {
      switch draw(depth > 0 ? 5 : 3) {
      case 0: bytes += varint(UInt64(field << 3)) + varint(UInt64(bitPattern: integer()))
      case 1:
        let values = [0, -1, 0.5, 1, .nan, .infinity, -Double.infinity, 1e308]
        let value = values[draw(values.count)].bitPattern.littleEndian
        bytes += varint(UInt64(field << 3 | 1)) + withUnsafeBytes(of: value) { Array($0) }
      case 2: bytes += delimited(field, Array(Self.texts[draw(Self.texts.count)].utf8))
      case 3: bytes += delimited(field, delimited(1, [0x73]) + delimited(2, [0x74]))
      default: bytes += delimited(field, message(depth: depth - 1))
      }
    }
    return bytes
  }

  private func integer() -> Int64 { Self.integers[draw(Self.integers.count)] }

  private func delimited(_ field: Int, _ content: [UInt8]) -> [UInt8] {
    varint(UInt64(field << 3 | 2)) + varint(UInt64(content.count)) + content
  }

  private func varint(_ value: UInt64) -> [UInt8] {
    var (value, bytes) = (value, [UInt8]())
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }

  /// Every call, each with some hundred messages of extreme values.
  func testEveryCallWithExtremeFields() throws {
    let methods = ControllerService.methods.sorted()
    XCTAssertEqual(methods.count, 46)
    for method in methods {
      for _ in 0..<150 {
        // The stream in the usual place half of the time: else most calls end at its name.
        let info = delimited(1, [0x73]) + delimited(2, [0x74])
        let start = [[], delimited(1, info), info][draw(3)]
        _ = try? service.answer(method, start + message(depth: 3), from: ControllerCaller())
      }
      try checkThatTheControllerLives(method)
    }
  }

  // MARK: - Values

  func testAbsurdPoliciesAndLengths() throws {
    for number in Self.integers {
      var settings = StreamSettings()
      settings.minimumSegmentCount = Int32(clamping: number == 1 << 32 ? 10_001 : number)
      settings.targetRate = Int32(clamping: number)
      settings.scaleFactor = Int32(clamping: number)
      settings.scaleType = .eventsPerSecond
      settings.timestampAggregationTimeout = number
      settings.rolloverByteCount = number
      settings.retention = .init(type: .size, minimum: number, maximum: .min)
      _ = try? controller.createStream(StreamKey("s", "n\(number)".replacing("-", "m")), settings)
      _ = try? controller.updateStream(key, settings)
      controller.applyRetention()
      controller.writeWatermarks()
      try checkThatTheControllerLives("\(number)")
    }
  }

  func testAbsurdTimesLeasesAndPositions() throws {
    for number in Self.integers {
      let id = try? controller.createTransaction(key, lease: number).id
      let other = try controller.createTransaction(key, lease: 10_000).id
      _ = try controller.pingTransaction(key, other, lease: number)
      _ = try controller.commitTransaction(key, id ?? other, writer: "w", time: number)
      _ = try controller.noteTime(
        key, writer: "w\(number)", position: [number: number], time: number)
      _ = try? controller.isCutValid(key, [number: number])
      _ = try? controller.truncateStream(key, at: [number: number].merging([0: number]) { $1 })
      _ = try? controller.segments(key, from: [number: 0], to: [0: number])
      _ = try? controller.successors(key, of: number)
      _ = try? controller.epochSegments(key, epoch: Int32(clamping: number))
      _ = try? controller.checkScale(key, epoch: Int32(clamping: number))
      clock.withLock { $0 = max(1, number) }
      controller.tick()
      controller.writeWatermarks()
      controller.applyRetention()
      clock.withLock { $0 = 1_000_000 }
      try checkThatTheControllerLives("\(number)")
    }
  }

  func testAbsurdRanges() throws {
    let ends: [Double] = [
      -.infinity, -1, -0.0, 0, 0.25, 0.5, 1, 2, .infinity, .nan, .leastNonzeroMagnitude,
    ]
    for low in ends {
      for high in ends {
        let active = try controller.currentSegments(key).map(\.id)
        _ = try controller.scale(key, seal: active, create: [KeyRange(low: low, high: high)])
        let first = try controller.currentSegments(key)[0]
        _ = try? controller.scale(
          key, seal: [first.id],
          create: [
            KeyRange(low: low, high: high), KeyRange(low: first.range.low, high: first.range.high),
          ])
      }
    }
    try checkThatTheControllerLives()
  }

  // MARK: - Many

  func testScaleToMoreSegmentsThanAStreamMayHaveIsRefused() throws {
    let count = Int(ControllerCore.mostSegments) + 1
    let active = try controller.currentSegments(key).map(\.id)
    let ranges = KeyRange.equalParts(Int32(count))
    XCTAssertEqual(try controller.scale(key, seal: active, create: ranges), .failure)
    XCTAssertEqual(try controller.currentSegments(key).count, 4)
  }

  func testCutsOfMoreSegmentsThanTwoEpochsAreRefused() throws {
    let cut = Dictionary(uniqueKeysWithValues: (0..<20_001).map { (Int64($0), Int64(0)) })
    XCTAssertThrowsError(try controller.isCutValid(key, cut)) { error in
      guard case ControllerFailure.invalidArgument = error else { return XCTFail("\(error)") }
    }
  }

  /// Whatever two callers ask of a stream with ten thousand segments, and of groups with as many
  /// streams, does not grow with the square of that.
  func testLargeStreamsAndGroupsAreQuick() throws {
    let large = StreamKey("s", "large")
    XCTAssertEqual(try controller.createStream(large, .fixed(10_000)), .success)
    let ids = try controller.currentSegments(large).map(\.id)
    let half = ids.prefix(5000)
    let ranges = try controller.currentSegments(large).prefix(5000).map(\.range)
    let start = Deadline.now
    guard
      case .started(let new, _) = try controller.scale(
        large, seal: Array(half), create: ranges)
    else { return XCTFail("not scaled") }
    let before = Dictionary(uniqueKeysWithValues: ids.map { ($0, Int64(0)) })
    let after = Dictionary(
      uniqueKeysWithValues: (new.map(\.id) + ids.dropFirst(5000)).map { ($0, Int64(5)) })
    XCTAssertTrue(try controller.isCutValid(large, after))
    XCTAssertEqual(try controller.segments(large, from: before, to: after).count, 15_000)
    XCTAssertEqual(try controller.truncateStream(large, at: after), .success)
    var group = ReaderGroupRecord(StreamKey("s", "g"))
    group.maxOutstandingCheckpoints = 1
    group.start = (0..<20_000).map { .init(StreamKey("s", "x\($0)")) }
    group.end = group.start.reversed()
    XCTAssertEqual(try controller.createReaderGroup(group).0, .success)
    let seconds = Double(Deadline.now.nanoseconds - start.nanoseconds) / 1e9
    // About a second in a debug build; with the square it is minutes.
    XCTAssertLessThan(seconds, 30)
  }
}

extension String {
  fileprivate func replacing(_ character: Character, _ other: Character) -> String {
    String(map { $0 == character ? other : $0 })
  }
}
