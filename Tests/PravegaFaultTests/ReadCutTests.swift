// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore
@testable import PravegaStandalone

/// A connection that ends at any byte of a read exchange costs no event and doubles none.
final class ReadCutTests: FaultTestCase {
  private let events: [[UInt8]] = ["one", "", "three", "four"].map { Array($0.utf8) }

  private func append(_ events: [[UInt8]], to segment: Segment) throws {
    for event in events {
      let length = (0..<4).map { UInt8(truncatingIfNeeded: event.count >> (24 - 8 * $0)) }
      try server.store.append([0, 0, 0, 0] + length + event, to: segment.qualifiedName)
    }
  }

  private func fill(_ stream: PravegaStream, with events: [[UInt8]]) throws -> Segment {
    let segment = Segment(stream, segmentID: 0)
    try append(events, to: segment)
    return segment
  }

  /// Reads until so many events are there, one after the other, and how the segment ended.
  private func read(
    _ reader: SegmentReader, _ feed: ReadFeed, _ count: Int
  ) throws -> (events: [[UInt8]], end: SegmentReader.End?) {
    var found: [[UInt8]] = []
    let deadline = Deadline.after(Self.patience)
    while found.count < count, let ready = feed.takeReady(until: deadline) {
      XCTAssertTrue(ready === reader)
      take: while true {
        switch reader.next() {
        case .event(let event): found.append([UInt8](event.bytes))
        case .notReady: break take
        case .end(let end): return (found, end)
        }
      }
    }
    return (found, nil)
  }

  /// The read that waits at the tail has arrived at the store.
  private func awaitTailRead(of segment: Segment) throws {
    let stored = try server.store.segment(segment.qualifiedName)
    awaitState("a read at the tail of \(segment)") { stored.look { $0.parked.count } > 0 }
  }

  /// Reads what is there, then one more event and the seal that a read at the tail waits for: always
  /// the same bytes.
  private func check(
    _ number: Int, _ controller: ControllerClient, _ limit: ConnectionCutter.Limit
  ) throws -> ConnectionCutter {
    let segment = try fill(try makeStream("s\(1000 + number)"), with: events)
    let cutter = ConnectionCutter()
    cutter.cut(1, at: limit)
    // A store that is watched less often is not asked for a sign of life: always the same bytes.
    let core = ClientCore(directory: controller, factory: cutter)
    defer { core.close() }
    let feed = ReadFeed(core)
    defer { feed.close() }
    let reader = feed.open(segment, at: 0, bufferSize: 1 << 20)
    XCTAssertEqual(try read(reader, feed, events.count).events, events, "\(limit)")
    try awaitTailRead(of: segment)
    try append([[5, 5]], to: segment)
    XCTAssertEqual(try read(reader, feed, 1).events, [[5, 5]], "\(limit)")
    try awaitTailRead(of: segment)
    try server.store.seal(segment.qualifiedName)
    let (found, end) = try read(reader, feed, 1)
    XCTAssertEqual(found, [], "\(limit)")
    guard case .endOfSegment = end else {
      XCTFail("\(String(describing: end)) at \(limit)")
      return cutter
    }
    return cutter
  }

  func testAConnectionThatEndsAtAnyByteOfTheRequests() throws {
    let controller = try makeClient().controller
    let whole = try check(0, controller, .init())
    XCTAssertEqual(whole.openedCount, 1)
    let count = try XCTUnwrap(whole.traffic(of: 1)).sent
    XCTAssertGreaterThan(count, 180)
    for offset in 0..<count {
      let cutter = try check(1 + offset, controller, .init(sent: offset))
      XCTAssertGreaterThan(cutter.openedCount, 1, "nothing was cut at \(offset)")
    }
  }

  func testAConnectionThatEndsAtAnyByteOfTheReplies() throws {
    let controller = try makeClient().controller
    let whole = try check(0, controller, .init())
    XCTAssertEqual(whole.openedCount, 1)
    let count = try XCTUnwrap(whole.traffic(of: 1)).received
    XCTAssertGreaterThan(count, 150)
    for offset in 0..<count {
      let cutter = try check(1 + offset, controller, .init(received: offset))
      XCTAssertGreaterThan(cutter.openedCount, 1, "nothing was cut at \(offset)")
    }
  }

  /// A consumer that asks all the time meets every moment between a reply and the next request.
  func testAnImpatientConsumerGetsNoByteTwice() throws {
    let stream = try makeStream("s")
    let count = 20_000
    let segment = try fill(
      stream, with: (0..<count).map { Array("\($0)".utf8) + [UInt8](repeating: 32, count: 200) })
    let client = try makeClient()
    let feed = ReadFeed(client.core)
    defer { feed.close() }
    let reader = feed.open(segment, at: 0, bufferSize: 1024)
    let deadline = Deadline.after(Self.patience)
    var next = 0
    while next < count, !deadline.hasPassed {
      guard case .event(let event) = reader.next() else {
        continue
      }
      XCTAssertEqual(String(decoding: event.bytes.prefix { $0 != 32 }, as: UTF8.self), "\(next)")
      next += 1
    }
    XCTAssertEqual(next, count)
  }
}
