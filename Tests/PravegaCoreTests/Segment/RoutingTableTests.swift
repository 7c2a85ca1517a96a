// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaCore

final class RoutingTableTests: XCTestCase {
  private func table(_ bounds: [Double]) -> (RoutingTable, [SegmentAppender]) {
    let appenders = bounds.indices.map { index in
      SegmentAppender(
        segment: Segment(scope: "s", stream: "t", number: Int32(index), epoch: 0))
    }
    return (RoutingTable(Array(zip(bounds, appenders))), appenders)
  }

  func testEveryFractionFindsTheFirstBoundAtOrAboveIt() {
    for count in [1, 2, 3, 4, 5, 7, 8, 9, 100, 1000] {
      var bounds = (1..<count).map { _ in Double.random(in: 0..<1) }.sorted()
      bounds.append(1)
      let (table, appenders) = table(bounds)
      let probes =
        bounds + bounds.map(\.nextDown) + bounds.map(\.nextUp)
        + (0..<500).map { _ in Double.random(in: 0..<1) } + [0]
      for fraction in probes {
        let expected = bounds.firstIndex { $0 >= fraction } ?? count - 1
        XCTAssertTrue(table.appender(for: fraction) === appenders[expected], "\(fraction)")
        XCTAssertTrue(table.lane(for: fraction) == appenders[expected].lane)
      }
    }
  }

  func testEmptyTableKnowsNobody() {
    XCTAssertTrue(RoutingTable().isEmpty)
    XCTAssertNil(RoutingTable().appender(for: 0.5))
    XCTAssertNil(RoutingTable().lane(for: 0.5))
  }
}
