// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// A connection that ends at any byte of an append exchange costs no event and doubles none.
final class AppendCutTests: FaultTestCase {
  private let events: [[UInt8]] = ["one", "", "three", "four", "five"].map { Array($0.utf8) }

  /// One set-up, two single events and a batch, one after the other: always the same bytes.
  private func write(
    _ stream: PravegaStream, _ controller: ControllerClient, _ cutter: ConnectionCutter
  ) throws {
    var settings = EngineSettings()
    Self.beQuick(&settings)
    let core = ClientCore(directory: controller, factory: cutter, settings: settings)
    defer { core.close() }
    let segments = try controller.currentSegments(of: stream, until: .after(Self.patience))
    let writer = try StreamWriter(stream: stream, segments: segments, environment: core)
    defer { writer.close() }
    for event in events.prefix(2) {
      try EventBuffer.withScratch { buffer in
        buffer.append(event)
        return try writer.write(buffer, fraction: 0.5, until: .after(Self.patience))
      }.get(timeout: Self.patience)
    }
    var batch = EventBatch()
    for event in events.dropFirst(2) {
      try EventBuffer.withScratch { buffer in
        buffer.append(event)
        try batch.add(buffer)
      }
    }
    try writer.write(batch, fraction: 0.5, until: .after(Self.patience)).get(timeout: Self.patience)
  }

  /// Writes over a connection that ends at `limit` and looks at what is stored.
  private func check(
    _ name: String, _ controller: ControllerClient, _ limit: ConnectionCutter.Limit
  ) throws -> ConnectionCutter {
    let stream = try makeStream(name)
    let cutter = ConnectionCutter()
    cutter.cut(1, at: limit)
    do { try write(stream, controller, cutter) } catch { XCTFail("\(limit): \(error)") }
    let found = try stored(Segment(stream, segmentID: 0))
    XCTAssertEqual(found, events, "\(limit)")
    return cutter
  }

  func testAConnectionThatEndsAtAnyByteOfTheRequests() throws {
    let controller = try makeClient().controller
    let whole = try check("whole", controller, .init())
    XCTAssertEqual(whole.openedCount, 1)
    let count = try XCTUnwrap(whole.traffic(of: 1)).sent
    XCTAssertGreaterThan(count, 200)
    for offset in 0..<count {
      let cutter = try check("sent-\(offset)", controller, .init(sent: offset))
      XCTAssertGreaterThan(cutter.openedCount, 1, "nothing was cut at \(offset)")
    }
  }

  func testAConnectionThatEndsAtAnyByteOfTheReplies() throws {
    let controller = try makeClient().controller
    let whole = try check("whole", controller, .init())
    let count = try XCTUnwrap(whole.traffic(of: 1)).received
    XCTAssertGreaterThan(count, 200)
    for offset in 0..<count {
      let cutter = try check("received-\(offset)", controller, .init(received: offset))
      XCTAssertGreaterThan(cutter.openedCount, 1, "nothing was cut at \(offset)")
    }
  }
}
