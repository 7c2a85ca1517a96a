// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaNet
import PravegaThreads
import PravegaWire
import XCTest

/// Writers that wait for memory go on as soon as there is some, whoever else waits.
final class WriteBudgetTests: RuleCase {
  /// A small budget fills up behind one unanswered block, so that the open block asks for the
  /// largest chunk, which would be more than the whole budget.
  func testAWriterGoesOnWhenItsNextChunkIsLargerThanTheBudget() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup)
      case let append as AppendBlockEnd:
        return append.lastEventNumber == 1 ? .nothing : .stored(append)
      default: return .close
      }
    }
    let core = client(FixedDirectory(store.endpoint)) { $0.writeBufferBytes = 256 << 10 }
    let writer = try writer(core)
    try write(writer)
    let first = try XCTUnwrap(store.wait(AppendBlockEnd.self))
    let count = 2000
    let filling = Call {
      try (0..<count).map { _ in
        try writer.put(byteCount: 1000, until: .after(.seconds(10)))
      }.last
    }
    awaitState("the budget to be used up") { core.buffers.waiterCount > 0 || filling.isDone }
    guard case .frames(let reply) = AnsweringStore.Answer.stored(first) else { return XCTFail() }
    try store.send(reply, on: 1)
    try XCTUnwrap(filling.value()).wait(until: .after(.seconds(10)))
    let sent = store.requests(AppendBlockEnd.self).reduce(0) { $0 + $1.command.numEvents }
    XCTAssertEqual(Int(sent), count + 1)
  }

  /// A store that never answers holds the whole budget; the other store's segment must not starve.
  func testADeadStoreStarvesNoOtherSegment() throws {
    let isDead = Monitor<Int64?>(nil)
    let dead = segment(0).qualifiedName
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if setup.segment == dead { isDead.withLock { $0 = setup.requestID } }
        return .setUp(setup)
      case let append as AppendBlockEnd:
        return append.requestID == isDead.withLock({ $0 }) ? .nothing : .stored(append)
      default: return .close
      }
    }
    let core = client(FixedDirectory(store.endpoint), connections: 2) {
      $0.writeBufferBytes = 256 << 10
    }
    let writer = try writer(core, segments: 2)
    let filling = Call<Void> {
      while true { try writer.put(0.25, byteCount: 1000, until: .after(.seconds(20))) }
    }
    awaitState("the budget to be used up") { core.buffers.waiterCount > 0 }
    // All at once: only the first finds the segment without events.
    var last: WriteFuture?
    for _ in 0..<500 {
      last = try write(writer, 0.75, byteCount: 300, until: .after(.seconds(5)))
    }
    try XCTUnwrap(last).wait(until: .after(.seconds(10)))
    XCTAssertFalse(filling.isDone)
    writer.close()
    filling.assertFails(.objectClosed)
  }

  /// A large event has no right to memory beyond the budget. While a dead store holds all of it, a
  /// write to another segment waits, at most until its deadline, or until the dead one is given up.
  func testALargeEventWaitsForADeadStoreNoLongerThanItMay() throws {
    let isDead = Monitor<Int64?>(nil)
    let dead = segment(0).qualifiedName
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if setup.segment == dead { isDead.withLock { $0 = setup.requestID } }
        return .setUp(setup)
      case let append as AppendBlockEnd:
        return append.requestID == isDead.withLock({ $0 }) ? .nothing : .stored(append)
      default: return .close
      }
    }
    let core = client(FixedDirectory(store.endpoint), connections: 2) {
      $0.writeBufferBytes = 256 << 10
    }
    let writer = try writer(core, segments: 2)
    let filling = Call<Void> {
      while true { try writer.put(0.25, byteCount: 100_000, until: .after(.seconds(20))) }
    }
    awaitState("the budget to be used up") { core.buffers.waiterCount > 0 }
    let start = Deadline.now
    Call { try writer.put(0.75, byteCount: 200_000, until: .after(.milliseconds(300))) }
      .assertFails(.timeout)
    XCTAssertLessThan(Deadline.now.nanoseconds - start.nanoseconds, 2_000_000_000)
    // A small one passes all the same.
    try write(writer, 0.75, byteCount: 300, until: .after(.seconds(5)))
      .wait(until: .after(.seconds(5)))
    XCTAssertLessThanOrEqual(core.buffers.bytesInUse, core.buffers.limit + 2 * (64 << 10))
    let waiting = Call {
      try writer.put(0.75, byteCount: 200_000, until: .distantFuture)
        .wait(until: .after(.seconds(10)))
    }
    awaitState("both to wait") { core.buffers.waiterCount > 1 }
    let setup = try XCTUnwrap(
      store.requests(SetupAppend.self).first { $0.command.segment == dead })
    var refusal = AuthTokenCheckFailed()
    refusal.requestID = setup.command.requestID
    refusal.errorCode = 0
    try store.send([refusal], on: setup.connection)
    XCTAssertNoThrow(try waiting.value())
    filling.assertFails(.invalidToken)
  }

  /// A segment that fails for good says so to those who wait to write to it.
  func testAWriterThatWaitsForMemoryHearsThatItsSegmentFailed() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup)
      case is AppendBlockEnd: return .nothing
      default: return .close
      }
    }
    let core = client(FixedDirectory(store.endpoint)) { $0.writeBufferBytes = 128 << 10 }
    let hog = try writer(core)
    // The other one's comes second, however busy the machine is.
    XCTAssertNotNil(store.wait(SetupAppend.self))
    let hogging = Call<Void> {
      while true { try hog.put(byteCount: 1000, until: .after(.seconds(20))) }
    }
    awaitState("the budget to be used up") { core.buffers.waiterCount > 0 }
    let writer = try writer(core)
    let waiting = Call<Void> {
      while true { try writer.put(byteCount: 1000, until: .after(.seconds(20))) }
    }
    awaitState("both to wait") { core.buffers.waiterCount > 1 }
    let setup = try XCTUnwrap(store.wait(SetupAppend.self, count: 2))
    var refusal = AuthTokenCheckFailed()
    refusal.requestID = setup.requestID
    refusal.errorCode = 0
    try store.send([refusal], on: 1)
    waiting.assertFails(.invalidToken)
    XCTAssertFalse(hogging.isDone)
    hog.close()
    hogging.assertFails(.objectClosed)
  }
}
