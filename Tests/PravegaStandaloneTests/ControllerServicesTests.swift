// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaStandalone
import PravegaThreads
import XCTest

/// What the controller does by itself: watermarks and retention.
final class ControllerServicesTests: ControllerTestCase {
  private let mark = "s/_MARKt/0.#epoch.0"

  private func note(_ writer: String, _ time: Int64, _ position: CutMap) throws -> NoteTimeStatus {
    try controller.noteTime(stream, writer: writer, position: position, time: time)
  }

  private func round() -> [[UInt8]] {
    controller.writeWatermarks()
    return storage.state.withLock { $0.events[mark] ?? [] }
  }

  func testOneNotedTimeBecomesAWatermark() throws {
    _ = try makeStream(1)
    XCTAssertEqual(try note("w", 5000, [0: 80]), .success)
    let hex =
      "000001000000003900000000000013880000000000001388010000010000000018"
      + "000000000000000000000000000000003ff00000000000000000000000000050"
    XCTAssertEqual(round().map { $0.map { hexadecimal($0) }.joined() }, [hex])
    XCTAssertEqual(round().count, 1)
    XCTAssertEqual(storage.state.withLock { $0.marks[mark] }, 0)
  }

  func testTheSlowestWriterDecidesAndLaggardsAreDropped() throws {
    _ = try makeStream(2)
    _ = try note("a", 100, [0: 10])
    _ = try note("b", 200, [1: 30])
    XCTAssertEqual(round().count, 1)
    XCTAssertEqual(try controller.stream(stream).watermark?.lower, 100)
    XCTAssertEqual(try controller.stream(stream).watermark?.upper, 200)
    XCTAssertEqual(
      try controller.stream(stream).watermark?.position.map(\.value).sorted(), [10, 30])
    _ = try note("b", 300, [1: 40])
    XCTAssertEqual(round().count, 2)
    XCTAssertEqual(try controller.stream(stream).watermark?.lower, 300)
    XCTAssertEqual(Set(try controller.stream(stream).writers.keys), ["b"])
    XCTAssertEqual(storage.state.withLock { $0.marks[mark] }, 113)
  }

  func testALaggingWriterIsWaitedForAsLongAsTheStreamSays() throws {
    _ = try controller.createScope("s")
    var settings = StreamSettings.fixed(1)
    settings.timestampAggregationTimeout = 50_000
    _ = try controller.createStream(stream, settings)
    _ = try note("a", 100, [0: 10])
    _ = try note("b", 100, [0: 10])
    XCTAssertEqual(round().count, 1)
    _ = try note("b", 200, [0: 20])
    XCTAssertEqual(round().count, 1)
    advance(50_000)
    XCTAssertEqual(round().count, 2)
  }

  func testTimesAndPositionsOfAWriterNeverGoBack() throws {
    _ = try makeStream(2)
    XCTAssertEqual(try note("w", 100, [0: 10, 1: 10]), .success)
    XCTAssertEqual(try note("w", 99, [0: 20, 1: 20]), .invalidTime)
    XCTAssertEqual(try note("w", 101, [0: 5, 1: 20]), .invalidPosition)
    XCTAssertEqual(try note("w", 101, [id(7, 7): 0]), .success)
    XCTAssertEqual(try note("w", 102, [:]), .success)
    assertInvalid(try note("", 1, [:]))
    XCTAssertEqual(try controller.removeWriter(stream, writer: "w"), .success)
    XCTAssertEqual(try controller.removeWriter(stream, writer: "x"), .unknownWriter)
    XCTAssertEqual(try controller.removeWriter(stream, writer: ""), .internalError)
    XCTAssertEqual(
      try controller.removeWriter(StreamKey("s", "none"), writer: "w"), .unknownWriter)
  }

  func testTheWatermarkServiceRunsEveryTenSeconds() throws {
    _ = try makeStream(1)
    controller.tick()
    _ = try note("w", 5000, [0: 80])
    advance(9_999)
    controller.tick()
    XCTAssertNil(storage.state.withLock { $0.events[mark] })
    advance(1)
    controller.tick()
    XCTAssertEqual(storage.state.withLock { $0.events[mark]?.count }, 1)
  }

  // MARK: - Retention

  private func makeRetaining(
    _ type: StreamSettings.RetentionType, _ minimum: Int64, _ maximum: Int64 = .max
  ) throws {
    _ = try controller.createScope("s")
    var settings = StreamSettings.fixed(1)
    settings.retention = .init(type: type, minimum: minimum, maximum: maximum)
    _ = try controller.createStream(stream, settings)
  }

  private func retain(length: Int64) throws -> Int64? {
    storage.setLength(length, of: "s/t/0.#epoch.0")
    advance(1000)
    controller.applyRetention()
    return try controller.head(stream).first?.offset
  }

  func testSizeKeepsAtLeastTheMinimum() throws {
    try makeRetaining(.size, 100)
    XCTAssertEqual(try retain(length: 80), 0)
    XCTAssertEqual(try retain(length: 150), 0)
    XCTAssertEqual(try retain(length: 190), 80)
    XCTAssertEqual(try retain(length: 260), 150)
  }

  func testTimeKeepsAtLeastTheMinimum() throws {
    try makeRetaining(.time, 2000)
    XCTAssertEqual(try retain(length: 10), 0)
    XCTAssertEqual(try retain(length: 20), 0)
    XCTAssertEqual(try retain(length: 30), 10)
    XCTAssertEqual(try retain(length: 40), 20)
  }

  func testASubscriberHoldsRetentionBackUpToTheMaximum() throws {
    try makeRetaining(.size, 10, 100)
    var group = ReaderGroupRecord(StreamKey("s", "g"))
    group.id = UniqueID(high: 1, low: 2)
    group.maxOutstandingCheckpoints = 3
    group.retention = .manual
    group.start = [.init(stream)]
    _ = try controller.createReaderGroup(group)
    _ = try controller.updateSubscriber(
      "s/g", of: stream, cut: [0: 30], group: group.id.description, generation: 0)
    XCTAssertEqual(try retain(length: 60), 30)
    XCTAssertEqual(try retain(length: 100), 30)
    XCTAssertEqual(try retain(length: 190), 100)
  }

  private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }
}
