// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import PravegaThreads
import XCTest

final class ReaderGroupBalancingConformanceTests: LeakCheckedTestCase {
  func testAsManySegmentsAreAcquiredAsInJava() throws {
    let entries = try Recorded.vectors("reader_group_balancing")["segmentsToAcquire"].array
    XCTAssertEqual(entries.count, 13)
    for entry in entries {
      XCTAssertEqual(
        Int64(
          ReaderGroupState.segmentsToAcquire(
            readers: Int(entry["readers"].int), owned: Int(entry["ownedByThisReader"].int),
            unassigned: Int(entry["unassigned"].int), total: Int(entry["totalSegments"].int))),
        entry["toAcquire"].int)
    }
  }

  func testRanksAndWaitsAreJavas() throws {
    let entries = try Recorded.vectors("reader_group_balancing")["timers"].array
    let timers = ReaderTimers(now: Deadline(nanoseconds: 0))
    var state = try ReaderGroupState(
      sharedBy: entries.map { ($0["reader"].string, $0["owned"].int) })
    XCTAssertEqual(state.relativeSizes, entries[0]["relativeSizes"].object.mapValues(\.double))
    for entry in entries {
      let reader = entry["reader"].string
      XCTAssertEqual(Int64(state.ranking(of: reader)), entry["ranking"].int)
      XCTAssertEqual(
        timers.releaseDelay(state, reader),
        .milliseconds(entry["releaseTimerMillis"].int))
      XCTAssertEqual(
        timers.acquireDelay(state, reader),
        .milliseconds(entry["acquireTimerMillis"].int))
    }
    try state.apply(.removeReader("r0", offsets: [:]))
    XCTAssertEqual(state.ranking(of: "r0"), -1)
  }
}

extension ReaderGroupState {
  /// A group whose readers own so many segments each.
  init(sharedBy readers: [(String, Int64)]) throws {
    var number: Int32 = 0
    var starting: [SegmentWithRange: Int64] = [:]
    var updates: [ReaderGroupUpdate] = []
    for (reader, count) in readers {
      updates.append(.addReader(reader))
      for _ in 0..<count {
        let segment = Segment(scope: "scope", stream: "s", number: number)
        number += 1
        starting[SegmentWithRange(segment, nil)] = 0
        updates.append(.acquireSegment(reader: reader, segment))
      }
      updates.append(.updateDistanceToTail(reader: reader, distance: 0, lastRead: []))
    }
    let config = try ReaderGroupConfig.builder().stream("scope/s").build()
    self.init(
      ReaderGroupStart(config: config, startingSegments: starting, endSegments: [:]))
    for update in updates { try apply(update) }
  }
}
