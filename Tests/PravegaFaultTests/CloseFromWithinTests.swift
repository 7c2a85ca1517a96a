// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// A client that is closed by the user's code which the client itself calls, on its own threads.
final class CloseFromWithinTests: LeakCheckedTestCase {
  /// Closes with every line that it is given, until each of `meeting` threads is there to do so.
  private final class ClosingLog: LogSink {
    struct State {
      var close: (@Sendable () -> Void)?
      var waiting = 0
      var returned: [Duration] = []
      var threads: Set<String> = []
    }

    let level = LogLevel.debug
    let state = Monitor(State())
    private let meeting: Int

    init(meeting: Int = 1) { self.meeting = meeting }

    func log(_ level: LogLevel, _ message: String, metadata: [(String, String)]) {
      guard let close = state.withLock({ $0.close }) else { return }
      state.withLock { $0.waiting += 1 }
      state.signalAll()
      // All at once, or whoever came after a while.
      _ = state.wait(until: .after(.seconds(1))) { $0.waiting >= meeting ? true : nil }
      let start = ContinuousClock.now
      close()
      let time = ContinuousClock.now - start
      state.withLock { state in
        state.returned.append(time)
        if Worker.isLibraryThread { state.threads.insert(message) }
      }
      state.signalAll()
    }

    /// Waits until so many closes have returned, and shows how long each took.
    func wait(for count: Int) -> [Duration]? {
      state.wait(until: .after(.seconds(30))) { $0.returned.count >= count ? $0.returned : nil }
    }
  }

  private func bench(_ log: ClosingLog, segments: Int32 = 1) throws -> Bench {
    let bench = try Bench(segments: segments, client: { $0.logSink = log })
    log.state.withLock { $0.close = { [factory = bench.factory] in factory.close() } }
    return bench
  }

  private func assertClosed(
    _ log: ClosingLog, _ count: Int = 1, file: StaticString = #filePath, line: UInt = #line
  ) throws {
    let times = try XCTUnwrap(log.wait(for: count), "not closed", file: file, line: line)
    for time in times { XCTAssertLessThan(time, .seconds(3), file: file, line: line) }
    XCTAssertFalse(
      log.state.withLock { $0.threads.isEmpty }, "not on a library thread", file: file, line: line)
  }

  func testALogThatClosesWhenASegmentMoves() throws {
    let log = ClosingLog()
    let bench = try bench(log)
    bench.faults.add(FaultRule("AppendBlockEnd", first: 1, .wrongHost))
    let writer = try bench.makeWriter()
    let future = try writer.write(10)
    try assertClosed(log)
    XCTAssertThrowsError(try future.get(timeout: .seconds(2))) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .objectClosed)
    }
    bench.close()
  }

  func testALogThatClosesWhenAReadIsRefused() throws {
    let log = ClosingLog()
    let bench = try bench(log)
    try bench.makeGroup()
    let reader = try bench.makeReader()
    bench.faults.add(FaultRule("ReadSegment", repeats: true, .wrongHost))
    let read = Call { while true { _ = try reader.readNextEvent(timeout: .seconds(60)) } }
    try assertClosed(log)
    read.assertFails(.objectClosed, within: .seconds(2))
    bench.close()
  }

  func testALogThatClosesWhenAConnectionIsLost() throws {
    let log = ClosingLog()
    let bench = try bench(log)
    bench.faults.add(FaultRule("AppendBlockEnd", first: 1, .cut))
    let writer = try bench.makeWriter()
    let future = try writer.write(10)
    try assertClosed(log)
    XCTAssertThrowsError(try future.get(timeout: .seconds(2)))
    bench.close()
  }

  func testALogThatClosesOnManyThreadsAtOnce() throws {
    let log = ClosingLog(meeting: 2)
    let bench = try bench(log)
    try bench.makeGroup()
    let reader = try bench.makeReader()
    let writer = try bench.makeWriter()
    // Two lines: one that is said again is left out.
    bench.faults.add(FaultRule("ReadSegment", repeats: true, .expiredToken))
    bench.faults.add(FaultRule("AppendBlockEnd", repeats: true, .wrongHost))
    let read = Call { while true { _ = try reader.readNextEvent(timeout: .seconds(60)) } }
    let future = try writer.write(10)
    try assertClosed(log, 2)
    read.assertFails(.objectClosed, within: .seconds(2))
    XCTAssertThrowsError(try future.get(timeout: .seconds(2)))
    try Call { [factory = bench.factory] in factory.close() }.value(within: .seconds(5))
    bench.close()
  }

  /// Lines of the threads that repair.
  func testALogThatClosesOnManyRepairThreadsAtOnce() throws {
    let log = ClosingLog(meeting: 2)
    let bench = try bench(log)
    try bench.makeGroup()
    let reader = try bench.makeReader()
    let writer = try bench.makeWriter()
    try writer.write(10).get(timeout: .seconds(5))
    while try reader.readNextEvent(timeout: .seconds(5)).event == nil {}
    let read = Call { while true { _ = try reader.readNextEvent(timeout: .seconds(60)) } }
    bench.server.stopNetwork(.store)
    try assertClosed(log, 2)
    read.assertFails(.objectClosed, within: .seconds(2))
    try Call { [factory = bench.factory] in factory.close() }.value(within: .seconds(5))
    bench.close()
  }

  /// The user's thread waits for the threads that are in the log, they do not wait for each other.
  func testAUsersCloseWhileLogsClose() throws {
    let log = ClosingLog(meeting: 2)
    let bench = try bench(log)
    bench.faults.add(FaultRule("AppendBlockEnd", repeats: true, .wrongHost))
    let writer = try bench.makeWriter()
    let future = try writer.write(10)
    awaitState("a line") { log.state.withLock { $0.waiting > 0 } }
    let close = Call { [factory = bench.factory] in factory.close() }
    try close.value(within: .seconds(5))
    try assertClosed(log)
    XCTAssertThrowsError(try future.get(timeout: .seconds(2)))
    bench.close()
  }
}
