// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

/// Holds the map of segments against what the Java classes made of the same successors.
final class StreamSegmentsConformanceTests: LeakCheckedTestCase {
  private func segment(_ number: Int32, _ epoch: Int32) -> Segment {
    Segment(scope: "scope", stream: "stream", number: number, epoch: epoch)
  }

  private func ranged(
    _ number: Int32, _ epoch: Int32, _ low: Double, _ high: Double
  ) -> SegmentWithRange {
    SegmentWithRange(segment(number, epoch), KeyRange(low: low, high: high))
  }

  private func id(_ number: Int32, _ epoch: Int32) -> Int64 { segment(number, epoch).segmentID }

  func testSuccessorsReplaceSegmentsAsInJava() throws {
    let steps = try Recorded.vectors("stream_segments")["steps"].array
    XCTAssertEqual(steps.count, 4)
    var map = try StreamSegments([ranged(0, 0, 0, 0.5), ranged(1, 0, 0.5, 1)])
    check(map, steps[0])
    let split = StreamSegmentSuccessors([
      (ranged(2, 1, 0, 0.25), [id(0, 0)]), (ranged(3, 1, 0.25, 0.5), [id(0, 0)]),
    ])
    map = try map.replacing(segment(0, 0), by: split)
    check(map, steps[1])
    let merge = StreamSegmentSuccessors([(ranged(4, 2, 0.25, 1), [id(3, 1), id(1, 0)])])
    map = try map.replacing(segment(3, 1), by: merge)
    check(map, steps[2])
    map = try map.replacing(segment(1, 0), by: merge)
    check(map, steps[3])
  }

  private func check(_ map: StreamSegments, _ step: JSON) {
    let entries = step["entries"].array
    XCTAssertEqual(map.entries.map(\.upperBound), entries.map { $0["upperBound"].double })
    XCTAssertEqual(
      map.entries.map(\.segment.segment.qualifiedName), entries.map { $0["segment"].string })
    XCTAssertEqual(map.entries.map(\.segment.range?.low), entries.map { $0["low"].double })
    XCTAssertEqual(map.entries.map(\.segment.range?.high), entries.map { $0["high"].double })
  }

  func testKeysOfASegmentThatIsWiderThanItsPartGoToTheRightSuccessor() throws {
    // Segment 4 was assigned 0.25 to 1 but has the keys up to 0.5 only: 1 is not sealed yet.
    var map = try StreamSegments([
      ranged(2, 1, 0, 0.25), ranged(3, 1, 0.25, 0.5), ranged(1, 0, 0.5, 1),
    ])
    map = try map.replacing(
      segment(3, 1),
      by: StreamSegmentSuccessors([(ranged(4, 2, 0.25, 1), [id(3, 1), id(1, 0)])]))
    map = try map.replacing(
      segment(4, 2),
      by: StreamSegmentSuccessors([
        (ranged(5, 3, 0.25, 0.6), [id(4, 2)]), (ranged(6, 3, 0.6, 1), [id(4, 2)]),
      ]))
    XCTAssertEqual(map.segment(for: 0.4), segment(5, 3))
    XCTAssertEqual(map.segment(for: 0.5), segment(5, 3))
    XCTAssertEqual(map.segment(for: 0.55), segment(1, 0))
    XCTAssertEqual(map.segments, [segment(2, 1), segment(5, 3), segment(1, 0)])
  }

  func testSuccessorsThatDoNotFitAreRefused() throws {
    let map = try StreamSegments([ranged(0, 0, 0, 0.5), ranged(1, 0, 0.5, 1)])
    let wrong: [[(segment: SegmentWithRange, predecessors: [Int64])]] = [
      [],
      [(ranged(2, 1, 0, 0.4), [id(0, 0)])],
      [(ranged(2, 1, 0, 0.6), [id(0, 0)])],
      [(ranged(2, 1, 0, 0.2), [id(0, 0)]), (ranged(3, 1, 0.3, 0.5), [id(0, 0)])],
      [(ranged(2, 1, 0.1, 1), [id(0, 0), id(1, 0)])],
      [(ranged(2, 1, 0, 0.5), [id(7, 0)])],
    ]
    for successors in wrong {
      XCTAssertThrowsError(
        try map.replacing(segment(0, 0), by: StreamSegmentSuccessors(successors)))
    }
    XCTAssertThrowsError(
      try map.replacing(
        segment(9, 0), by: StreamSegmentSuccessors([(ranged(2, 1, 0, 0.5), [id(9, 0)])])))
  }

  func testTheBordersOfPartsAreInclusiveAbove() throws {
    let map = try StreamSegments([ranged(0, 0, 0, 0.5), ranged(1, 0, 0.5, 1)])
    XCTAssertEqual(map.segment(for: 0), segment(0, 0))
    XCTAssertEqual(map.segment(for: 0.5), segment(0, 0))
    XCTAssertEqual(map.segment(for: 0.5.nextUp), segment(1, 0))
    XCTAssertEqual(map.segment(for: 1.5), segment(1, 0))
    XCTAssertNil(StreamSegments.empty.segment(for: 0.5))
    XCTAssertThrowsError(try StreamSegments([ranged(0, 0, 0, 0.5)]))
  }
}
