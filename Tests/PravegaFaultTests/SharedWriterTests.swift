// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaNet
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaCore
@testable import PravegaStandalone

/// Several users of one stream writer: each comes and goes with his own events only.
final class SharedWriterTests: RuleCase {
  /// A store that sets up at once and answers appends when the test says.
  private func holdingStore() throws -> AnsweringStore {
    try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup)
      case is AppendBlockEnd: return .nothing
      default: return .close
      }
    }
  }

  private func send(_ answer: AnsweringStore.Answer, _ store: AnsweringStore) throws {
    guard case .frames(let frames) = answer else { return XCTFail("no frames") }
    try store.send(frames, on: 1)
  }

  private func seats(_ writer: StreamWriter, _ count: Int = 2) throws -> [WriterSeat] {
    try (0..<count).map { _ in try XCTUnwrap(writer.takeSeat()) }
  }

  // MARK: - Leaving

  func testAUserLeavesWithHisEventsOnly() throws {
    let store = try holdingStore()
    let writer = try writer(client(FixedDirectory(store.endpoint)))
    let seats = try seats(writer)
    // The first block is on its way, and the events of both lie together in the open one.
    let first = try seats[1].write()
    let append = try XCTUnwrap(store.wait(AppendBlockEnd.self))
    let futures = try [0, 1, 0, 1].map { try seats[$0].write() }
    let called = Monitor([0, 0, 0, 0])
    for (index, future) in futures.enumerated() {
      future.whenComplete { _ in
        called.withLock { $0[index] += 1 }
        called.signalAll()
      }
    }
    let waits = futures.map { future in Call { try future.get(timeout: .seconds(10)) } }
    let flush = Call { try writer.flush(until: .after(.seconds(10))) }

    XCTAssertFalse(writer.leave(seats[0]))
    for index in [0, 2] {
      waits[index].assertFails(.objectClosed)
      XCTAssertTrue(futures[index].isFailed)
    }
    XCTAssertNotNil(called.wait(until: .after(.seconds(5))) { $0 == [1, 0, 1, 0] ? true : nil })
    XCTAssertFalse([first, futures[1], futures[3]].contains { $0.isDone })
    XCTAssertFalse(waits[1].isDone || waits[3].isDone || flush.isDone)

    try send(.stored(append), store)
    let next = try XCTUnwrap(store.wait(AppendBlockEnd.self, count: 2))
    XCTAssertEqual(next.numEvents, 4, "an event of the one who left is in doubt, not lost")
    try send(.stored(next), store)
    for index in [1, 3] { try waits[index].value() }
    try flush.value()
    XCTAssertNotNil(called.wait(until: .after(.seconds(5))) { $0 == [1, 1, 1, 1] ? true : nil })
    // What was said once stays so.
    for index in [0, 2] { XCTAssertTrue(futures[index].isFailed) }
    XCTAssertThrowsError(try seats[0].write()) { error in
      XCTAssertEqual((error as? PravegaError)?.code, .objectClosed)
    }
    _ = try seats[1].write()
    XCTAssertTrue(writer.leave(seats[1]))
    XCTAssertNil(writer.takeSeat())
  }

  func testEventsThatMovedAreWithdrawnWhereTheyAre() throws {
    try leaveAfterAMove { $0 == 0 ? 0.25 : 0.75 }
  }

  func testEventsWithoutAKeyThatMovedAreWithdrawnWhereTheyAre() throws {
    try leaveAfterAMove { _ in nil }
  }

  private func leaveAfterAMove(_ fraction: (Int) -> Double?) throws {
    let store = try holdingStore()
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let writer = try writer(client(directory))
    let seats = try seats(writer)
    let futures = try [0, 1, 0, 1].map { try seats[$0].write(fraction($0)) }
    let append = try XCTUnwrap(store.wait(AppendBlockEnd.self))
    try send(.sealed(append), store)
    XCTAssertNotNil(store.wait(SetupAppend.self, count: 3))
    let waits = futures.map { future in Call { try future.get(timeout: .seconds(10)) } }
    XCTAssertFalse(writer.leave(seats[0]))
    for index in [0, 2] { waits[index].assertFails(.objectClosed) }
    XCTAssertFalse(futures[1].isDone || futures[3].isDone)
    let answered = Monitor(1)
    awaitState("the successors to have stored the others") {
      let all = store.requests(AppendBlockEnd.self)
      let done = answered.withLock { $0 }
      for request in all.dropFirst(done) { try? send(.stored(request.command), store) }
      answered.withLock { $0 = all.count }
      return futures[1].isDone && futures[3].isDone
    }
    for index in [1, 3] { try waits[index].value() }
  }

  func testAUserLeavesWhileItsSegmentIsBeingReplaced() throws {
    let store = try holdingStore()
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let isHeld = Monitor(true)
    directory.contents.withLock {
      $0.beforeSuccessors = { _ in
        _ = isHeld.wait(until: .after(.seconds(10))) { $0 ? nil : true }
      }
    }
    let writer = try writer(client(directory))
    let seats = try seats(writer)
    let futures = try seats.map { try $0.write() }
    let append = try XCTUnwrap(store.wait(AppendBlockEnd.self))
    try send(.sealed(append), store)
    awaitState("the successors to be asked for") {
      directory.contents.withLock { $0.askedSuccessors } > 0
    }
    // Both wait for the hand-over with another event.
    let blocked = seats.map { seat in Call { try seat.write() } }
    writer.refuse(seats[0])
    blocked[0].assertFails(.objectClosed)
    XCTAssertFalse(writer.leave(seats[0]))
    XCTAssertTrue(futures[0].isFailed)
    XCTAssertFalse(blocked[1].isDone)
    isHeld.withLock { $0 = false }
    isHeld.signalAll()
    _ = try blocked[1].value()
    XCTAssertTrue(futures[0].isFailed)
    XCTAssertFalse(futures[1].isFailed)
  }

  func testARefusedUsersWriteThatWaitsForMemoryEnds() throws {
    let store = try holdingStore()
    let core = client(FixedDirectory(store.endpoint)) { $0.writeBufferBytes = 64 << 10 }
    let writer = try writer(core)
    let seats = try seats(writer)
    let fillings = seats.map { seat in Call<Void> { while true { _ = try seat.write() } } }
    awaitState("both to wait for memory") { core.buffers.waiterCount == 2 }
    writer.refuse(seats[0])
    fillings[0].assertFails(.objectClosed)
    XCTAssertFalse(fillings[1].isDone)
    writer.refuse(seats[1])
    fillings[1].assertFails(.objectClosed)
  }

  // MARK: - Joining

  func testWhoIsNotLetIn() throws {
    let refused = Monitor(false)
    let store = try store { request in
      guard let setup = request.command as? SetupAppend else { return .nothing }
      return refused.withLock { $0 } ? .refused(setup.requestID) : .setUp(setup)
    }
    let core = client(FixedDirectory(store.endpoint))
    let full = try writer(core)
    for _ in 0..<WriterSeat.most { XCTAssertNotNil(full.takeSeat()) }
    XCTAssertNil(full.takeSeat(), "seats are never given twice")

    let other = try writer(core, segments: 2)
    let known = try StreamSegments([SegmentWithRange(segment(7), KeyRange(low: 0, high: 1))])
    XCTAssertNil(other.takeSeat(for: known), "it knows other segments")
    XCTAssertNotNil(other.takeSeat())

    refused.withLock { $0 = true }
    let failing = try writer(core)
    let seat = try XCTUnwrap(failing.takeSeat())
    // The refusal may have come before the write.
    XCTAssertThrowsError(try seat.write().get(timeout: .seconds(10)))
    XCTAssertNil(failing.takeSeat(), "it has given up a segment")
  }
}

/// Writers of a stream with more segments than the client's memory has full blocks for.
final class WideStreamTests: LeakCheckedTestCase {
  /// Memory for two full blocks.
  private func bench(segments: Int32 = 4) throws -> Bench {
    try Bench(segments: segments, client: { $0.writeBufferSize = 256 << 10 })
  }

  func testOnlyWritersOfAWideStreamShareTheirSegmentWriters() throws {
    for (segments, isWide) in [(Int32(2), false), (3, true)] {
      let bench = try bench(segments: segments)
      let (a, b) = (try bench.makeWriter(), try bench.makeWriter())
      XCTAssertEqual(a.stream === b.stream, isWide, "\(segments) segments")
      for writer in [a, b] { try writer.close(until: .after(.seconds(10))) }
      bench.close()
    }
  }

  func testWritersComeAndGo() throws {
    let bench = try bench()
    defer { bench.close() }
    let writers = try (0..<3).map { _ in try bench.makeWriter() }
    for round in 0..<300 { try writers[round % 3].write(100) }
    try writers[0].close(until: .after(.seconds(10)))
    XCTAssertThrowsError(try writers[0].write(1))
    let last = try writers[1].write(100)
    try last.get(timeout: .seconds(10))
    let joined = try bench.makeWriter()
    XCTAssertTrue(joined.stream === writers[1].stream)
    for writer in [writers[1], writers[2], joined] {
      try writer.write(100)
      try writer.close(until: .after(.seconds(10)))
    }
    XCTAssertEqual(bench.client.core.closing.boundCount, 0, "the shared writer has ended")
    XCTAssertEqual(bench.client.core.writers.count, 0, "nothing of it is kept")
    // Events count as stored before their memory is back.
    awaitState("all memory") { bench.client.core.buffers.bytesInUse == 0 }
    let fresh = try bench.makeWriter()
    XCTAssertFalse(fresh.stream === joined.stream)
    try fresh.write(100).get(timeout: .seconds(10))
    try fresh.close(until: .after(.seconds(10)))
    XCTAssertEqual(try storedByteCount(bench), (300 + 1 + 3 + 1) * 108)
  }

  func testADroppedWritersEventsAreStoredAndTheOthersGoOn() throws {
    let bench = try bench()
    defer { bench.close() }
    var dropped: EventWriterCore? = try bench.makeWriter()
    let other = try bench.makeWriter()
    let future = try XCTUnwrap(dropped).write(100)
    dropped = nil
    try future.get(timeout: .seconds(10))
    try other.write(100).get(timeout: .seconds(10))
    try other.close(until: .after(.seconds(10)))
    XCTAssertEqual(bench.client.core.closing.boundCount, 0)
    XCTAssertEqual(bench.client.core.writers.count, 0)
  }

  func testACloseThatTimesOutFailsItsOwnEventsOnly() throws {
    let bench = try bench()
    let hang = FaultRule("AppendBlockEnd", first: 1, repeats: true, .hang)
    bench.faults.add(hang)
    let (a, b) = (try bench.makeWriter(), try bench.makeWriter())
    let futures = try [a, b].map { try $0.write(10) }
    let waits = futures.map { future in Call { try future.get() } }
    XCTAssertThrowsError(try a.close(until: .after(.milliseconds(200)))) { error in
      XCTAssertEqual((error as? PravegaError)?.code, .timeout)
    }
    waits[0].assertFails(.objectClosed)
    XCTAssertFalse(waits[1].isDone)
    bench.close()
    waits[1].assertFails(.objectClosed)
  }

  func testAWriterThatDoesNotKnowTheSegmentsIsNotJoined() throws {
    let bench = try bench()
    defer { bench.close() }
    let old = try bench.makeWriter()
    try old.write(10).get(timeout: .seconds(10))
    try scale(bench)
    let new = try bench.makeWriter()
    XCTAssertFalse(new.stream === old.stream)
    for writer in [old, new] {
      for _ in 0..<20 { try writer.write(10) }
      try writer.close(until: .after(.seconds(10)))
    }
    XCTAssertEqual(bench.client.core.closing.boundCount, 0)
    XCTAssertEqual(try storedByteCount(bench, epoch: 0) + storedByteCount(bench, epoch: 1), 41 * 18)
  }

  /// Replaces all four segments by as many.
  private func scale(_ bench: Bench) throws {
    let manager = try StreamManager.create(
      controllerURI: try ControllerURI(bench.server.controllerURI))
    defer { manager.close() }
    let old = try manager.currentSegments(scope: Bench.scope, stream: Bench.stream)
    let isDone = try manager.scaleStream(
      scope: Bench.scope, stream: Bench.stream, sealing: old.map(\.segment.segmentID),
      newRanges: old.compactMap(\.range))
    XCTAssertTrue(isDone)
  }

  private func storedByteCount(_ bench: Bench, epoch: Int32 = 0) throws -> Int64 {
    try (Int32(0)..<4).reduce(0) { sum, number in
      let id = Segment.id(number: epoch * 4 + number, epoch: epoch)
      let segment = Segment(bench.name, segmentID: id)
      return sum + (try bench.server.store.info(segment.qualifiedName).length)
    }
  }
}

extension WriterSeat {
  /// Writes an event.
  fileprivate func write(_ fraction: Double? = 0.25) throws -> WriteFuture {
    try EventBuffer.withScratch { buffer in
      buffer.append([1, 2, 3])
      return try writer.write(buffer, fraction: fraction, by: self, until: .after(.seconds(10)))
    }
  }
}
