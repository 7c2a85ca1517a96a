// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaThreads
import XCTest

/// Positions and pointers share what their reader knows; nobody may notice.
final class LazyPositionTests: XCTestCase {
  private typealias Seen = (event: String, position: Position, pointer: EventPointer)

  private func readAll(
    _ engine: EventReaderEngine<FakeStreams>, _ count: Int
  ) throws -> [Seen] {
    var seen: [Seen] = []
    while seen.count < count {
      let outcome = try engine.readNext(until: .after(.seconds(10))) {
        String(decoding: $0, as: UTF8.self)
      }
      guard case .event(let event, let position, let pointer) = outcome else {
        throw PravegaError(.illegalState, "\(outcome)")
      }
      seen.append((event, position, pointer))
    }
    return seen
  }

  func testPositionsAndPointersStayWhatTheyWereWhileTheReaderGoesOn() throws {
    let group = FakeGroup()
    try group.begin(segments: 3) { n in
      (0..<30).map { "\(n)-\($0)" }
    } config: {
      $0.disableAutomaticCheckpoints()
    }
    let engine = try group.engine("r1")
    let seen = try readAll(engine, 90)
    try engine.close(until: group.soon)
    var expected = Dictionary(
      uniqueKeysWithValues: (Int32(0)..<3).map { (group.segment($0), Int64(0)) })
    for (event, position, pointer) in seen {
      XCTAssertEqual(expected[pointer.segment], pointer.startOffset)
      XCTAssertEqual(Int(pointer.length), event.utf8.count + 8)
      expected[pointer.segment] = pointer.startOffset + Int64(pointer.length)
      XCTAssertEqual(position.offsets, expected, "after \(event), read long ago")
    }
  }

  func testSharedFormsEqualThoseBuiltFromTheirValuesAndBytes() throws {
    let group = FakeGroup()
    try group.begin(segments: 2) { n in
      (0..<10).map { "\(n)-\($0)" }
    } config: {
      $0.disableAutomaticCheckpoints()
    }
    let engine = try group.engine("r1")
    let seen = try readAll(engine, 20)
    try engine.close(until: group.soon)
    for (_, position, pointer) in seen {
      let rebuilt = EventPointer(
        segment: pointer.segment, startOffset: pointer.startOffset, length: pointer.length)
      XCTAssertEqual(pointer, rebuilt)
      XCTAssertEqual(pointer.hashValue, rebuilt.hashValue)
      XCTAssertEqual(pointer.toBytes(), rebuilt.toBytes())
      XCTAssertEqual(try EventPointer(bytes: pointer.toBytes()), pointer)
      let whole = Position(offsets: position.offsets, ranges: position.ranges)
      XCTAssertEqual(position, whole)
      XCTAssertEqual(position.hashValue, whole.hashValue)
      XCTAssertEqual(try Position(bytes: position.toBytes()), position)
    }
    XCTAssertEqual(Set(seen.map(\.pointer)).count, 20, "pointers of different events differ")
    XCTAssertEqual(Set(seen.map(\.position)).count, 20, "positions after different events differ")
  }

  func testPositionsOutliveTheSegmentsThatTheReaderGaveUp() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      ["a", "b"]
    } config: {
      $0.disableAutomaticCheckpoints()
    }
    let engine = try group.engine("r1")
    let first = try readAll(engine, 1)[0]
    _ = try readAll(engine, 1)
    group.streams.contents.withLock { $0.segments[group.segment(0)]?.isSealed = true }
    _ = try engine.readNext(until: .after(.milliseconds(50))) { _ in }
    try engine.close(until: group.soon)
    XCTAssertEqual(first.position.offsets, [group.segment(0): 9])
    XCTAssertEqual(first.pointer.description, "scope/s/0.#epoch.0:0-9")
  }

  func testAFailingDeserializerGivesTheTurnBack() throws {
    let group = FakeGroup()
    try group.begin(segments: 1) { _ in
      ["a", "b", "c"]
    } config: {
      $0.disableAutomaticCheckpoints()
    }
    let engine = try group.engine("r1")
    XCTAssertThrowsError(
      try engine.readNext(until: group.soon) { _ in throw PravegaError(.serialization, "no") })
    XCTAssertEqual(try readAll(engine, 2).map(\.event), ["b", "c"])
    try engine.close(until: .after(.seconds(5)))
  }
}
