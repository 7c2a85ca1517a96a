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

  // MARK: - Writers, readers, groups

  /// A writer's close waits for acknowledgements, which the thread that closes would bring.
  func testALogThatClosesItsWriterIsRefused() throws {
    for fault in [FaultAction.wrongHost, .cut] {
      let log = ClosingLog()
      let bench = try bench(log)
      defer { bench.close() }
      let writer = try bench.factory.createEventWriter(
        stream: Bench.stream, serializer: ByteArraySerializer())
      let refusals = Monitor<[PravegaError.Code?]>([])
      log.state.withLock { state in
        state.close = {
          do { try writer.close() } catch {
            refusals.withLock { $0.append((error as? PravegaError)?.code) }
          }
        }
      }
      bench.faults.add(FaultRule("AppendBlockEnd", first: 1, fault))
      let future = try writer.writeEvent([1])
      try assertClosed(log)
      XCTAssertEqual(refusals.withLock { $0.first }, .illegalState)
      try future.get(timeout: .seconds(10))
      // It goes on, and can be closed elsewhere.
      try writer.writeEvent([2]).get(timeout: .seconds(10))
      log.state.withLock { $0.close = nil }
      try writer.close()
    }
  }

  func testALogThatClosesItsReader() throws {
    let log = ClosingLog()
    let bench = try bench(log)
    try bench.makeGroup()
    let reader = try bench.makeReader()
    log.state.withLock { $0.close = { try? reader.close() } }
    bench.faults.add(FaultRule("ReadSegment", first: 1, .expiredToken))
    let read = Call { while true { _ = try reader.readNextEvent(timeout: .seconds(60)) } }
    try assertClosed(log)
    read.assertFails(.objectClosed, within: .seconds(2))
    bench.close()
  }

  func testAReaderGroupIsClosedTwiceAndByManyAtOnce() throws {
    let bench = try Bench()
    try bench.makeGroup()
    let manager = try ReaderGroupManager.withScope(Bench.scope, config: bench.client.config)
    for _ in 0..<5 {
      let group = try manager.readerGroup("group")
      XCTAssertEqual(try group.onlineReaders(), [])
      let closes = (0..<8).map { _ in Call { group.close() } }
      for close in closes { try close.value(within: .seconds(2)) }
      group.close()
    }
    // The manager and other handles go on.
    let group = try manager.readerGroup("group")
    XCTAssertEqual(try group.onlineReaders(), [])
    manager.close()
    group.close()
    bench.close()
  }

  func testAReaderGroupsCloseWakesItsCalls() throws {
    for call in try BlockingCall<ReaderGroup>.all() {
      let bench = try Bench(client: { $0.requestTimeout = .seconds(60) })
      try bench.makeGroup()
      let reader = try bench.makeReader()
      let manager = try ReaderGroupManager.withScope(Bench.scope, config: bench.client.config)
      let group = try manager.readerGroup("group")
      bench.faults.add(FaultRule(call.request, repeats: true, .hang))
      let blocked = Call { try call.run(group) }
      awaitState("the request") { bench.faults.injectedCount > 0 || blocked.isDone }
      let closes = (0..<2).map { _ in Call { group.close() } }
      for close in closes { try close.value(within: .seconds(2)) }
      blocked.assertFails(.objectClosed, within: .seconds(2))
      manager.close()
      bench.factory.close()
      try reader.close()
      bench.close()
    }
  }

  // MARK: - Deadlines

  /// Every close of the facade, while neither controller nor store answers anything any more.
  func testEveryCloseEndsInTimeWhileTheServerHangs() throws {
    let bench = try Bench(client: { $0.requestTimeout = .seconds(1) })
    try bench.makeGroup()
    let config = bench.client.config
    let reader = try bench.makeReader()
    let streams = try StreamManager.create(clientConfig: config)
    let groups = try ReaderGroupManager.withScope(Bench.scope, config: config)
    let group = try groups.readerGroup("group")
    let writer = try bench.makeWriter()
    try writer.write(10).get(timeout: .seconds(5))
    while try reader.readNextEvent(timeout: .seconds(5)).event == nil {}
    bench.faults.add(FaultRule("*", repeats: true, .hang))
    let future = try writer.write(10)
    let closes: [(String, @Sendable () throws -> Void)] = [
      ("reader group", { group.close() }),
      ("writer", { try writer.close(until: .after(.seconds(1))) }),
      ("stream manager", { streams.close() }), ("group manager", { groups.close() }),
      ("factory", { [factory = bench.factory] in factory.close() }),
    ]
    // Its own limit is half a minute; its factory's close ends it.
    let leaving = Call { try reader.close() }
    for (what, close) in closes {
      for _ in 0..<2 {
        let start = ContinuousClock.now
        do { try Call(close).value(within: .seconds(10)) } catch {
          XCTAssertEqual((error as? PravegaError)?.code, .timeout, "\(what): \(error)")
        }
        XCTAssertLessThan(ContinuousClock.now - start, .seconds(3), what)
      }
    }
    leaving.assertFails(.objectClosed, within: .seconds(1))
    XCTAssertThrowsError(try future.get(timeout: .seconds(1)))
    bench.close()
  }
}
