// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore
@testable import PravegaStandalone

/// A connection that ends at any byte of a read exchange costs no event and doubles none.
final class ReadCutTests: FaultTestCase {
  private let events: [[UInt8]] = ["one", "", "three", "four"].map { Array($0.utf8) }

  private func fill(_ stream: PravegaStream, with events: [[UInt8]]) throws -> Segment {
    let segment = Segment(stream, segmentID: 0)
    for event in events {
      let length = (0..<4).map { UInt8(truncatingIfNeeded: event.count >> (24 - 8 * $0)) }
      try server.store.append([0, 0, 0, 0] + length + event, to: segment.qualifiedName)
    }
    return segment
  }

  /// Reads until so many events are there, one after the other.
  private func read(
    _ reader: SegmentReader, _ feed: ReadFeed, _ count: Int
  ) throws -> [[UInt8]] {
    var found: [[UInt8]] = []
    let deadline = Deadline.after(Self.patience)
    while found.count < count, let ready = feed.takeReady(until: deadline) {
      XCTAssertTrue(ready === reader)
      while case .event(let event) = reader.next() { found.append([UInt8](event.bytes)) }
    }
    return found
  }

  /// Reads what is there, then one more event at the tail: always the same bytes.
  private func check(
    _ segment: Segment, _ controller: ControllerClient, _ limit: ConnectionCutter.Limit
  ) throws -> ConnectionCutter {
    var settings = EngineSettings()
    Self.beQuick(&settings)
    let cutter = ConnectionCutter()
    cutter.cut(1, at: limit)
    let core = ClientCore(directory: controller, factory: cutter, settings: settings)
    defer { core.close() }
    let feed = ReadFeed(core)
    defer { feed.close() }
    let reader = feed.open(segment, at: 0, bufferSize: 1 << 20)
    let found = try read(reader, feed, events.count)
    XCTAssertEqual(found, events, "\(limit)")
    return cutter
  }

  func testAConnectionThatEndsAtAnyByteOfTheRequests() throws {
    let controller = try makeClient().controller
    let segment = try fill(try makeStream("s"), with: events)
    let whole = try check(segment, controller, .init())
    let count = try XCTUnwrap(whole.traffic(of: 1)).sent
    XCTAssertGreaterThan(count, 60)
    for offset in 0..<count { _ = try check(segment, controller, .init(sent: offset)) }
  }

  func testAConnectionThatEndsAtAnyByteOfTheReplies() throws {
    let controller = try makeClient().controller
    let segment = try fill(try makeStream("s"), with: events)
    let whole = try check(segment, controller, .init())
    let count = try XCTUnwrap(whole.traffic(of: 1)).received
    XCTAssertGreaterThan(count, 60)
    for offset in 0..<count {
      let cutter = try check(segment, controller, .init(received: offset))
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
