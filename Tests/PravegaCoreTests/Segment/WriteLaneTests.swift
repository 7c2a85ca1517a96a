// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import XCTest

import struct PravegaWire.WireUUID

@testable import PravegaCore

/// Events through the lane and events past it make the same block.
final class WriteLaneTests: LeakCheckedTestCase {
  private let pool = BufferPool(limit: 1 << 20)

  private func block() throws -> AppendBlock {
    AppendBlock(chunk: try XCTUnwrap(pool.take(.small, guaranteed: false)))
  }

  private var writerID: WireUUID { WireUUID(high: 1, low: 2) }

  private func word(_ fraction: Double) -> RoutingWord {
    RoutingWord(fraction: fraction, hasKey: true)
  }

  private func events(of block: AppendBlock) -> [([UInt8], RoutingWord)] {
    var events: [([UInt8], RoutingWord)] = []
    block.forEachEvent { events.append((Array($0), $1)) }
    return events
  }

  func testLaneAndBlockAgree() throws {
    let block = try block()
    var lane = WriteLane()
    var expected: [([UInt8], RoutingWord)] = []
    for index in 0..<60 {
      let payload = [UInt8](repeating: UInt8(index), count: index % 40)
      let word = word(Double(index) / 64)
      expected.append((payload, word))
      if index % 7 == 0 {
        if lane.isOpen { block.close(lane) }
        payload.withUnsafeBytes { block.append($0, routing: word) }
        lane = block.openLane(limit: 64 << 10)
      } else {
        let future = payload.withUnsafeBytes { lane.add($0, word) }
        if let future {
          XCTAssertEqual(future.index, index)
          XCTAssertTrue(future.completion === block.completion)
        } else {
          // Room for its routing word has run out.
          block.close(lane)
          payload.withUnsafeBytes { block.append($0, routing: word) }
          lane = block.openLane(limit: 64 << 10)
        }
      }
    }
    block.close(lane)
    XCTAssertEqual(block.eventCount, expected.count)
    XCTAssertEqual(block.byteCount, expected.reduce(0) { $0 + $1.0.count + 8 })
    block.freeze(firstNumber: 1, writerID: writerID, requestID: 1)
    let found = events(of: block)
    XCTAssertEqual(found.map(\.0), expected.map(\.0))
    XCTAssertEqual(found.map(\.1), expected.map(\.1))
  }

  func testNothingThatDoesNotFitGoesIn() throws {
    let block = try block()
    let room = block.room
    var lane = block.openLane(limit: 1 << 20)
    XCTAssertNil(
      [UInt8](repeating: 1, count: room - 7).withUnsafeBytes { lane.add($0, word(0.5)) })
    XCTAssertNotNil(
      [UInt8](repeating: 1, count: room - 8).withUnsafeBytes { lane.add($0, word(0.5)) })
    XCTAssertNil([UInt8]().withUnsafeBytes { lane.add($0, word(0.5)) })
    block.close(lane)
    XCTAssertEqual(block.room, 0)
  }

  func testEventThatFillsTheBlockDoesNotGoThroughTheLane() throws {
    let block = try block()
    var lane = block.openLane(limit: 108)
    XCTAssertNil([UInt8](repeating: 1, count: 100).withUnsafeBytes { lane.add($0, word(0.5)) })
    XCTAssertNotNil([UInt8](repeating: 1, count: 99).withUnsafeBytes { lane.add($0, word(0.5)) })
  }

  func testClosedLaneTakesNothing() {
    var lane = WriteLane()
    XCTAssertFalse(lane.isOpen)
    XCTAssertNil([UInt8]().withUnsafeBytes { lane.add($0, word(0)) })
  }

  func testAChangeOfPhaseClosesTheLane() throws {
    let appender = SegmentAppender(
      segment: Segment(scope: "s", stream: "t", number: 0, epoch: 0))
    var spare = pool.take(.small, guaranteed: false)
    try [UInt8](repeating: 7, count: 10).withUnsafeBytes { bytes in
      guard
        case .placed = appender.place(.payload(bytes, word(0.1)), limit: 1000, spare: &spare)
      else { return XCTFail("not placed") }
      appender.openLane(limit: 1000)
      _ = try XCTUnwrap(appender.lane.pointee.add(bytes, word(0.2)))
    }
    appender.phase = .sealed
    XCTAssertFalse(appender.lane.pointee.isOpen)
    let blocks = appender.frozenBlocks()
    XCTAssertEqual(blocks.map(\.eventCount), [2])
    XCTAssertEqual(blocks.first?.lastNumber, 2)
  }
}
