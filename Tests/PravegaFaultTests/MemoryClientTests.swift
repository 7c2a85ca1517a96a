// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Memory while the other side, or the caller, does not take what there is.
final class MemoryClientTests: LeakCheckedTestCase {
  func testAWriterWhoseStoreStoppedAnsweringStaysWithinItsBudget() throws {
    for byteCount in [10, 1000, 60_000, 100_000, 3 << 20] {
      let bench = try Bench(segments: 4, client: { $0.writeBufferSize = 4 << 20 })
      bench.faults.add(FaultRule("AppendBlockEnd", first: 1, repeats: true, .hang))
      let writer = try bench.makeWriter()
      let buffers = bench.client.core.buffers
      let before = ResidentMemory.bytes
      var written = 0
      XCTAssertThrowsError(
        try {
          while true {
            try writer.write(byteCount, until: .after(.milliseconds(200)))
            written += byteCount
          }
        }()
      ) { XCTAssertEqual(($0 as? PravegaError)?.code, .timeout, "\($0)") }
      // Each of four segments has a right to one small chunk.
      XCTAssertLessThanOrEqual(buffers.bytesInUse, buffers.limit + 4 * (257 << 10))
      XCTAssertLessThanOrEqual(written, buffers.bytesInUse)
      // Bytes, what is kept of each event, and the embedded server's sockets.
      assertGrowth(since: before, isBelow: 4 * buffers.limit)
      bench.close()
      XCTAssertEqual(buffers.bytesInUse, 0)
    }
  }

  func testAReaderWhoseCallerStoppedReadingStaysWithinItsBudget() throws {
    let bench = try Bench(segments: 4, client: { $0.readBufferSize = 1 << 20 })
    let writer = try bench.makeWriter()
    for _ in 0..<1000 { try writer.write(10_000) }
    try writer.flush(until: .after(.seconds(20)))
    try bench.makeGroup()
    let before = ResidentMemory.bytes
    let reader = try bench.makeReader()
    var count = 0
    while count < 10 {
      if try reader.readNextEvent(timeout: .seconds(5)).event != nil { count += 1 }
    }
    let budget = bench.client.core.readBudget
    // Each segment has a right to its credit, and to put one event together while another is lent.
    let most = budget.limit + 4 * (SegmentReader.creditByteCount + (40 << 10))
    // Nobody takes any more; whatever is on its way may come.
    for _ in 0..<30 {
      XCTAssertLessThanOrEqual(budget.used, most)
      poll(nil, 0, 5)
    }
    assertGrowth(since: before, isBelow: 8 << 20)
    while count < 1000 {
      if try reader.readNextEvent(timeout: .seconds(5)).event != nil { count += 1 }
      XCTAssertLessThanOrEqual(budget.used, most)
    }
    try reader.close()
    XCTAssertEqual(budget.used, 0)
    bench.close()
  }

  func testAThousandSegmentsReadByOneReaderStayWithinItsBudget() throws {
    let segments = 1000
    let bench = try Bench(
      segments: Int32(segments), client: { $0.readBufferSize = 2 << 20 })
    let writer = try bench.makeWriter()
    let threads = ThreadCount.library
    for _ in 0..<20_000 { try writer.write(500) }
    try writer.flush(until: .after(.seconds(60)))
    try bench.makeGroup()
    let before = ResidentMemory.bytes
    let reader = try bench.makeReader()
    let budget = bench.client.core.readBudget
    let most = budget.limit + segments * SegmentReader.creditByteCount
    var count = 0
    let deadline = Deadline.after(.seconds(120))
    while count < 20_000, !deadline.hasPassed {
      if try reader.readNextEvent(timeout: .seconds(5)).event != nil { count += 1 }
      if count % 100 == 0 { XCTAssertLessThanOrEqual(budget.used, most) }
    }
    XCTAssertEqual(count, 20_000)
    // The client's part, and what the server keeps for the group and its connections.
    assertGrowth(since: before, isBelow: 40 << 20)
    // The design's five for each store and twelve more, on either side.
    XCTAssertLessThanOrEqual(ThreadCount.library, threads + 2 * 17)
    try reader.close()
    XCTAssertEqual(budget.used, 0)
    try writer.close(until: .after(.seconds(10)))
    XCTAssertEqual(bench.client.core.buffers.bytesInUse, 0)
    bench.close()
  }
}

extension MemoryClientTests {
  private func assertGrowth(
    since before: Int, isBelow limit: Int, file: StaticString = #filePath, line: UInt = #line
  ) {
    guard !Sanitizer.isAddress else { return }
    XCTAssertLessThan(ResidentMemory.bytes - before, limit, file: file, line: line)
  }
}

enum ResidentMemory {
  /// The process's resident bytes.
  static var bytes: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return 0
    }
    let fields = text.split(separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(getpagesize())
  }
}

enum ThreadCount {
  static var library: Int { Worker.liveCount }

  /// Those of clients, by their names.
  static var client: Int {
    LeakCheckedTestCase.threadNames.count { name in
      ["prv-io", "prv-fix", "prv-timer"].contains { name.hasPrefix($0) }
    }
  }
}
