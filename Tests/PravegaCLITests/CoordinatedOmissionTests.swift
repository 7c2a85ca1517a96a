// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaTestKit
import XCTest

@testable import pravega_cli

/// A stall counts for every event that was due while it lasted, not only for the one that met it.
///
/// A thousand events a second, 100 of them; the 20th meets a stall of 50 ms. In due time all others
/// take 1 ms.
final class CoordinatedOmissionTests: LeakCheckedTestCase {
  private let clock = ThreadClock(start: 7_000_000_000)

  private func settings(_ words: String...) throws -> BenchSettings {
    let fixed = ["--rate", "1000", "--warm-up", "0", "--no-progress"]
    guard case .run(let run) = try Parser.parse(["bench"] + words + fixed, PravegaProgram.root)
    else { throw UsageError("help") }
    return try BenchSettings(run)
  }

  private func stream(_ stall: StallingStream.Stall, at index: Int = 20) -> StallingStream {
    StallingStream(clock, stall, at: index, milliseconds: 50)
  }

  /// - Parameter latencies: in milliseconds, of the events that the stall held up.
  private func assertLatencies(
    _ report: BenchReport, _ latencies: [UInt64], file: StaticString = #filePath,
    line: UInt = #line
  ) throws {
    let measured = try XCTUnwrap(report.latencies, file: file, line: line)
    var expected = Histogram()
    let others = repeatElement(UInt64(1), count: 100 - latencies.count)
    for value in latencies + others {
      expected.record(nanoseconds: value * StallingStream.millisecond)
    }
    XCTAssertEqual(measured.count, 100, file: file, line: line)
    XCTAssertEqual(measured.mean, expected.mean, accuracy: 1, file: file, line: line)
    for percent in 0...100 {
      let fraction = Double(percent) / 100
      XCTAssertEqual(
        measured.percentile(fraction), expected.percentile(fraction), "p\(percent)", file: file,
        line: line)
    }
  }

  func testAWriteThatStallsAtAFixedRate() throws {
    let settings = try settings("write", "a/b", "--events", "100")
    let report = try WriteBench(settings, clock.bench).run([stream(.write)])
    // The stalled one is stored 51 ms after it was due; the next one was due a millisecond later.
    try assertLatencies(report, (2...51).reversed())
  }

  func testAnAcknowledgementThatStallsAtAFixedRate() throws {
    let settings = try settings("write", "a/b", "--events", "100")
    let report = try WriteBench(settings, clock.bench).run([stream(.acknowledgement)])
    try assertLatencies(report, (2...51).reversed())
  }

  /// Every other event is the other writer's, whose are in time.
  func testAWriterThatStallsHoldsUpItsOwnShareOnly() throws {
    let settings = try settings("write", "a/b", "--events", "100", "--writers", "2")
    let report = try WriteBench(settings, clock.bench)
      .run([stream(.write, at: 10), stream(.write, at: -1)])
    try assertLatencies(report, stride(from: 51, to: 2, by: -2).map { UInt64($0) })
  }

  func testOneEventAfterTheOtherIsMeasuredFromItsDueTime() throws {
    let settings = try settings("latency", "a/b", "--seconds", "0.1")
    // Written when the one before is stored, a millisecond each: nothing is caught up any more.
    let report = try LatencyBench(settings, clock.bench).run(stream(.acknowledgement))
    try assertLatencies(report, Array(repeating: 51, count: 80))
  }

  func testEventsAreDueFromTheStartOnWhateverCameBetween() {
    let pace = Pace(perSecond: 1000, clock.bench)
    XCTAssertEqual(pace.due(0), 7_000_000_000)
    clock.pass(until: 9_000_000_000)
    XCTAssertEqual(pace.due(3), 7_003_000_000)
    pace.wait(for: 3)
    XCTAssertEqual(clock.now, 9_000_000_000, "late already")
    pace.wait(for: 2500)
    XCTAssertEqual(clock.now, 9_500_000_000)
  }
}
