// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import pravega_cli

final class BenchTests: LeakCheckedTestCase {
  private func settings(_ words: String...) throws -> BenchSettings {
    guard
      case .run(let run) = try Parser.parse(
        ["bench"] + words + ["--no-progress"], PravegaProgram.root)
    else { throw UsageError("help") }
    return try BenchSettings(run)
  }

  func testEveryWriterWritesItsShareAndTheReportSaysSo() throws {
    let settings = try settings(
      "write", "a/b", "--events", "1000", "--writers", "3", "--warm-up", "10", "--keys", "7")
    let sinks = [MemoryStream(), MemoryStream(), MemoryStream()]
    let report = try WriteBench(settings).run(sinks)
    XCTAssertEqual(sinks.map(\.count).reduce(0, +), 1010)
    XCTAssertTrue(sinks.allSatisfy { $0.flushes == 2 })
    XCTAssertEqual(Set(sinks.flatMap(\.keys)).count, 7)
    XCTAssertEqual(report.events, 1000)
    XCTAssertGreaterThan(report.latencies?.count ?? 0, 3)
  }

  func testAtAFixedRateEveryEventIsFollowed() throws {
    let settings = try settings(
      "write", "a/b", "--events", "200", "--rate", "20000", "--warm-up", "0")
    let report = try WriteBench(settings).run([MemoryStream()])
    XCTAssertEqual(report.latencies?.count, 200)
    XCTAssertGreaterThanOrEqual(report.reading.wallSeconds, 0.009)
  }

  func testAFailedAcknowledgementFailsTheBenchmark() throws {
    let settings = try settings(
      "write", "a/b", "--events", "100", "--rate", "1000000", "--warm-up", "0")
    XCTAssertThrowsError(try WriteBench(settings).run([MemoryStream(failing: 50)]))
  }

  func testTheFirstFailureOfAnyPendingWriteIsThrown() throws {
    let stream = MemoryStream(failing: 2)
    var pending = PendingWrites(stream)
    for _ in 0..<5 { try pending.add(try stream.write([], key: nil)) }
    XCTAssertThrowsError(try pending.drain())
    var many = PendingWrites(stream)
    var index = 0
    XCTAssertThrowsError(
      try {
        while index < 200_000 {
          try many.add(index)
          index += 1
        }
      }())
    XCTAssertEqual(index, (64 << 10) + 2, "looked at early, so that memory stays bounded")
  }

  func testAsManyEventsAsTheSecondsHoldAreWaitedFor() throws {
    let settings = try settings(
      "latency", "a/b", "--rate", "1000", "--seconds", "0.05", "--warm-up", "3")
    let stream = MemoryStream()
    let report = try LatencyBench(settings).run(stream)
    XCTAssertEqual(stream.count, 53)
    XCTAssertEqual(report.latencies?.count, 50)
    XCTAssertGreaterThanOrEqual(report.reading.wallSeconds, 0.049)
  }

  func testReadersShareTheEventsAndTheWarmUpIsNotCounted() throws {
    let settings = try settings(
      "read", "a/b", "--events", "2000", "--readers", "2", "--warm-up", "100")
    let stream = MemoryStream()
    for _ in 0..<2100 { _ = try stream.write([1], key: nil) }
    let report = try ReadBench(settings).run { _ in stream }
    XCTAssertEqual(report.events, 2000)
    XCTAssertGreaterThan(report.reading.wallSeconds, 0)
  }

  func testAStreamThatEndsEarlyIsAnErrorWithTheCount() throws {
    let settings = try settings("read", "a/b", "--events", "100", "--warm-up", "0")
    let stream = MemoryStream()
    for _ in 0..<60 { _ = try stream.write([1], key: nil) }
    XCTAssertEqual(
      complaint { _ = try ReadBench(settings).run { _ in stream } }, "only 60 of 100 events came")
  }

  func testTheReportHasTheNamesOfOtherBenchmarkPrograms() throws {
    var histogram = Histogram()
    for value in UInt64(1)...100 { histogram.record(nanoseconds: value * 10_000) }
    let report = BenchReport(
      mode: "write", events: 1_000_000, eventBytes: 100, segments: 4, workers: ("writers", 2),
      reading: .init(
        wallSeconds: 0.5, cpuSeconds: 0.25, serverCPUSeconds: 0.2, peakResidentMiB: 12.34),
      latencies: histogram)
    XCTAssertEqual(
      JSONValue.object(report.json).text,
      #"{"peer": "swift", "mode": "write", "events": 1000000, "event_bytes": 100, "segments": 4, "#
        + #""writers": 2, "wall_s": 0.5, "events_per_s": 2000000, "mb_per_s": 200, "cpu_s": 0.25, "#
        + #""cpu_us_per_event": 0.25, "server_cpu_s": 0.2, "server_cpu_us_per_event": 0.2, "#
        + #""peak_rss_mib": 12.3, "p50_ms": 0.502, "p90_ms": 0.901, "p99_ms": 0.991, "#
        + #""p999_ms": 1, "p9999_ms": 1, "max_ms": 1}"#)
    XCTAssertTrue(
      report.text.hasPrefix("1.00 M events of 100 B in 500 ms: 2.00 M events/s, 200.0 MB/s\n"),
      report.text)
  }
}
