// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaCLIKit

final class HistogramTests: XCTestCase {
  func testPercentilesAreWithinOnePercentOfTheTruth() {
    var histogram = Histogram()
    var values = (1...100_000).map { UInt64($0) * UInt64($0) }
    values.shuffle()
    for value in values { histogram.record(nanoseconds: value) }
    values.sort()
    for fraction in [0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0] {
      let rank = Int(max(1, (fraction * 100_000).rounded(.up)))
      let truth = Double(values[rank - 1])
      let found = Double(histogram.percentile(fraction))
      XCTAssertGreaterThanOrEqual(found, truth, "\(fraction)")
      XCTAssertLessThanOrEqual(found, truth * 1.01 + 1, "\(fraction)")
    }
    XCTAssertEqual(histogram.maximum, 10_000_000_000)
    XCTAssertEqual(histogram.mean / 3_333_383_333.5, 1, accuracy: 1e-9)
  }

  func testBucketsMeetWithoutGapOrOverlap() {
    var previous = -1
    for value in (0..<4096).map(UInt64.init) + [1 << 20, (1 << 30) - 1, 1 << 41, .max] {
      let index = Histogram.index(of: value)
      XCTAssertGreaterThanOrEqual(index, previous)
      if value < 1 << 42 { XCTAssertGreaterThanOrEqual(Histogram.upperBound(of: index), value) }
      if index > 0, value < 1 << 42 {
        XCTAssertLessThan(Histogram.upperBound(of: index - 1), value)
      }
      previous = index
    }
  }

  func testAnEmptyHistogramAnswersZeroAndAHugeValueIsTheMaximum() {
    var histogram = Histogram()
    XCTAssertEqual(histogram.percentile(0.5), 0)
    XCTAssertEqual(histogram.mean, 0)
    histogram.record(nanoseconds: .max)
    XCTAssertEqual(histogram.maximum, .max)
    XCTAssertGreaterThan(histogram.percentile(1), 1 << 41)
  }

  func testAddingHistogramsIsTheSameAsRecordingIntoOne() {
    var one = Histogram()
    var two = Histogram()
    var both = Histogram()
    for value in UInt64(1)...1000 {
      if value % 2 == 0 { one.record(nanoseconds: value * 999) }
      if value % 2 == 1 { two.record(nanoseconds: value * 999) }
      both.record(nanoseconds: value * 999)
    }
    one.add(two)
    XCTAssertEqual(one.count, both.count)
    XCTAssertEqual(one.percentile(0.99), both.percentile(0.99))
    XCTAssertEqual(one.maximum, both.maximum)
  }

  func testThePlotIsWellFormedAndEscapesItsTitle() throws {
    var histogram = Histogram()
    for value in UInt64(1)...1000 { histogram.record(nanoseconds: value * 10_000) }
    let plot = PercentilePlot(
      title: "a < b & c", series: [.init("write", histogram), .init("empty", Histogram())])
    let svg = plot.svg
    XCTAssertTrue(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
    XCTAssertTrue(svg.hasSuffix("</svg>\n"))
    XCTAssertTrue(svg.contains("a &lt; b &amp; c"))
    XCTAssertEqual(svg.components(separatedBy: "<polyline").count - 1, 1)
    XCTAssertFalse(svg.contains("nan"))
    XCTAssertTrue(PercentilePlot(title: "", series: []).svg.contains("</svg>"))
  }
}
