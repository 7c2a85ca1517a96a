// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaCore

/// The design's rules for the hand-over of a sealed segment's events, each with a store or a
/// controller that breaks what the rule is for.
final class HandOverRuleTests: RuleCase {
  /// A store that knows which flow belongs to which segment, and says `seals` of those in question.
  private func store(
    sealing sealed: [Int32], _ answer: @escaping @Sendable (AppendBlockEnd) -> AnsweringStore.Answer
  ) throws -> AnsweringStore {
    let names = Set(sealed.map { segment($0).qualifiedName })
    let old = Monitor<Set<Int64>>([])
    return try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if names.contains(setup.segment) { old.withLock { _ = $0.insert(setup.requestID) } }
        return .setUp(setup)
      case let append as AppendBlockEnd:
        let isOld = old.withLock { $0.contains(append.requestID) }
        return isOld ? answer(append) : .stored(append)
      default: return .close
      }
    }
  }

  private func frames(_ answer: AnsweringStore.Answer) -> [any WireCommand] {
    guard case .frames(let frames) = answer else { return [] }
    return frames
  }

  // MARK: - What a broken connection left behind

  /// A store may still work on what came over a connection that broke when the set-up on the next
  /// one is answered. Only what it says after the seal is final.
  func testAnAppendThatIsStoredLateIsNotHandedOverAsWell() throws {
    let first = segment(0).qualifiedName
    let state = Monitor((setups: 0, id: Int64(0)))
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        guard setup.segment == first else { return .setUp(setup) }
        let number = state.withLock { state in
          state.setups += 1
          state.id = setup.requestID
          return state.setups
        }
        // The first append of the first connection is stored between the second set-up and the seal.
        return .setUp(setup, stored: number < 3 ? .min : 1)
      case let append as AppendBlockEnd:
        let (setups, id) = state.withLock { $0 }
        guard append.requestID == id else { return .stored(append) }
        return setups == 1 ? .close : .sealed(append)
      default: return .close
      }
    }
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let writer = try writer(client(directory) { FaultTestCase.beQuick(&$0) })
    let late = try write(writer)
    try late.wait(until: .after(.seconds(10)))
    let next = try write(writer)
    try next.wait(until: .after(.seconds(10)))
    try writer.flush(until: .after(.seconds(10)))
    let id = state.withLock { $0.id }
    let moved = store.requests(AppendBlockEnd.self).filter { $0.command.requestID != id }
    XCTAssertEqual(moved.reduce(0) { $0 + $1.command.numEvents }, 1, "only the later event moves")
  }

  // MARK: - Flush

  func testAFlushThatBeganBeforeAHandOverWaitsForTheSuccessors() throws {
    let isHeld = Monitor(true)
    let first = segment(0).qualifiedName
    let firstID = Monitor<Int64?>(nil)
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if setup.segment == first { firstID.withLock { $0 = setup.requestID } }
        return .setUp(setup)
      case let append as AppendBlockEnd:
        return isHeld.withLock { $0 } ? .nothing : .stored(append)
      default: return .close
      }
    }
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let writer = try writer(client(directory))
    let futures = try [0.25, 0.75].map { try write(writer, $0) }
    let append = try XCTUnwrap(store.wait(AppendBlockEnd.self))
    let flush = Call { try writer.flush(until: .after(.seconds(10))) }
    try store.send(frames(.sealed(append)), on: 1)
    // The successors have the events and have not stored them.
    let moved = {
      store.requests(AppendBlockEnd.self).filter { $0.command.requestID != append.requestID }
    }
    awaitState("the successors") { moved().reduce(0) { $0 + $1.command.numEvents } == 2 }
    XCTAssertFalse(flush.isDone)
    isHeld.withLock { $0 = false }
    for request in moved() {
      try store.send(frames(.stored(request.command)), on: request.connection)
    }
    try flush.value()
    for future in futures { XCTAssertTrue(future.isDone) }
  }

  func testWhatAFlushHasSeenIsDoneWhileSegmentsAreHandedOverAgainAndAgain() throws {
    for _ in 0..<100 {
      let store = try store(sealing: [0]) { .sealed($0) }
      let directory = FixedDirectory(store.endpoint)
      split(directory)
      let writer = try writer(client(directory))
      let futures = try (0..<20).map { try write(writer, Double($0) / 20) }
      try writer.flush(until: .after(.seconds(10)))
      XCTAssertTrue(futures.allSatisfy(\.isDone))
      writer.close()
    }
  }

  // MARK: - The controller

  func testAControllerThatIsAwayHoldsUpOnlyTheSealedSegment() throws {
    let store = try store(sealing: [0]) { .sealed($0) }
    let directory = FixedDirectory(store.endpoint)
    let old = segment(0).segmentID
    let next = SegmentWithRange(segment(2, epoch: 1), KeyRange(low: 0, high: 0.5))
    let isAway = Monitor(true)
    directory.contents.withLock { contents in
      contents.successors[old] = StreamSegmentSuccessors([(next, [old])])
      contents.beforeSuccessors = { (_) throws(PravegaError) in
        guard isAway.withLock({ $0 }) else { return }
        throw PravegaError(.connectionFailed, "away", retry: .safe)
      }
    }
    let writer = try writer(
      client(directory) { $0.repair.longestPause = .milliseconds(20) }, segments: 2)
    let moved = try write(writer, 0.25)
    awaitState("questions") { directory.contents.withLock { $0.askedSuccessors } > 3 }
    XCTAssertFalse(moved.isDone)
    // Neither written nor lost: its caller may try again.
    let late = failure { try write(writer, 0.25, until: .after(.milliseconds(50))) }
    XCTAssertEqual(late?.code, .timeout)
    XCTAssertEqual(late?.retry, .safe)
    try write(writer, 0.75).wait(until: .after(.seconds(10)))
    let waiting = Call { try writer.put(0.25, [9]).wait(until: .after(.seconds(10))) }
    isAway.withLock { $0 = false }
    try moved.wait(until: .after(.seconds(10)))
    try waiting.value()
    let stored = store.requests(AppendBlockEnd.self).dropFirst().flatMap(\.command.events)
    XCTAssertEqual(stored.count, 3)
    XCTAssertEqual(stored.last, [9])
  }

  func testSuccessorsThatAreNeverKnownEndTheWriter() throws {
    let store = try store(sealing: [0]) { .sealed($0) }
    let directory = FixedDirectory(store.endpoint)
    directory.contents.withLock {
      $0.beforeSuccessors = { (_) throws(PravegaError) in
        throw PravegaError(.connectionFailed, "away", retry: .safe)
      }
    }
    let core = client(directory) {
      $0.repair.longestPause = .milliseconds(20)
      $0.repair.giveUpAfter = .milliseconds(300)
    }
    let writer = try writer(core)
    let future = try write(writer)
    XCTAssertNotNil(failure { try future.wait(until: .after(.seconds(10))) })
    XCTAssertTrue(future.isFailed)
    XCTAssertNotNil(failure { try write(writer) })
    XCTAssertNotNil(failure { try writer.flush(until: .after(.seconds(10))) })
  }

  /// The controller may know that a segment is sealed before the store says so of an append: what is
  /// stored and what is not would be open then.
  func testOnlyAnAnswerToAnAppendSealsASegment() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        guard request.connection > 1 else {
          var reply = SegmentIsSealed()
          reply.requestID = setup.requestID
          return .frames([reply])
        }
        return .setUp(setup)
      case let append as AppendBlockEnd: return .stored(append)
      default: return .close
      }
    }
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let core = client(directory) { $0.repair.setupTimeout = .milliseconds(100) }
    let writer = try writer(core)
    try write(writer).wait(until: .after(.seconds(10)))
    XCTAssertEqual(directory.contents.withLock { $0.askedSuccessors }, 0)
    XCTAssertEqual(store.requests(AppendBlockEnd.self).map(\.connection), [2])
  }

  /// A segment moves to another store; what the old one still says of it does not count.
  func testASealThatComesLateOverAConnectionThatWasLeftIsIgnored() throws {
    let moved = segment(0).qualifiedName
    let movedID = Monitor<Int64?>(nil)
    let old = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if setup.segment == moved { movedID.withLock { $0 = setup.requestID } }
        return .setUp(setup)
      case let append as AppendBlockEnd:
        guard movedID.withLock({ $0 }) == append.requestID else { return .stored(append) }
        var reply = WrongHost()
        reply.requestID = append.requestID
        reply.segment = moved
        return .frames([reply])
      default: return .close
      }
    }
    let new = try store(sealing: []) { .stored($0) }
    let directory = FixedDirectory(old.endpoint)
    split(directory)
    let writer = try writer(client(directory), segments: 2)
    try write(writer, 0.75).wait(until: .after(.seconds(10)))
    directory.contents.withLock { $0.endpoint = new.endpoint }
    try write(writer, 0.25).wait(until: .after(.seconds(10)))
    let id = movedID.withLock { $0 }
    let left = try XCTUnwrap(
      old.requests(AppendBlockEnd.self).first { $0.command.requestID == id })
    try old.send(frames(.sealed(left.command)), on: left.connection)
    // Its connection still carries the other segment: whose answer comes later is seen later.
    try write(writer, 0.75).wait(until: .after(.seconds(10)))
    try write(writer, 0.25).wait(until: .after(.seconds(10)))
    XCTAssertEqual(directory.contents.withLock { $0.askedSuccessors }, 0)
    XCTAssertEqual(writer.sealedSegmentCount, 0)
    XCTAssertEqual(old.requests(SetupAppend.self).map(\.connection), [1, 1])
    XCTAssertEqual(new.requests(SetupAppend.self).map(\.command.segment), [moved])
    XCTAssertEqual(new.requests(AppendBlockEnd.self).map { Int($0.command.numEvents) }, [1, 1])
  }

  // MARK: - Merges

  func testTwoPredecessorsThatAreSealedAtOnceMergeIntoOne() throws {
    let store = try store(sealing: [0, 1]) { _ in .nothing }
    let directory = FixedDirectory(store.endpoint)
    merge(directory)
    // The first hand-over is under way when the second segment is sealed.
    let mayGoOn = Monitor(false)
    directory.contents.withLock {
      $0.beforeSuccessors = { (question) throws(PravegaError) in
        guard question == 1 else { return }
        _ = mayGoOn.wait(until: .after(.seconds(10))) { $0 ? true : nil }
      }
    }
    let writer = try writer(client(directory), segments: 2)
    XCTAssertNotNil(store.wait(SetupAppend.self, count: 2))
    var futures: [WriteFuture] = []
    for number in 0..<10 {
      futures.append(try writer.put(0.25, [0, UInt8(number)]))
      futures.append(try writer.put(0.75, [1, UInt8(number)]))
    }
    // One in flight at a time: the one that the store has not answered.
    let first = try XCTUnwrap(store.wait(AppendBlockEnd.self))
    try store.send(frames(.sealed(first)), on: 1)
    awaitState("the question") { directory.contents.withLock { $0.askedSuccessors } == 1 }
    let second = try XCTUnwrap(store.wait(AppendBlockEnd.self, count: 2))
    XCTAssertNotEqual(second.requestID, first.requestID)
    try store.send(frames(.sealed(second)), on: 1)
    awaitState("the second seal") { writer.sealedSegmentCount == 2 }
    // Hand-overs are serial: the second waits for the first.
    let early = directory.contents.wait(until: .after(.milliseconds(100))) {
      $0.askedSuccessors > 1 ? $0.askedSuccessors : nil
    }
    XCTAssertNil(early)
    mayGoOn.withLock { $0 = true }
    mayGoOn.signalAll()
    for future in futures { try future.wait(until: .after(.seconds(10))) }
    let old = Set([first.requestID, second.requestID])
    let stored = store.requests(AppendBlockEnd.self).map(\.command)
      .filter { !old.contains($0.requestID) }
    XCTAssertEqual(Set(stored.map(\.requestID)).count, 1)
    for key in [UInt8(0), 1] {
      let events = stored.flatMap(\.events).filter { $0[0] == key }
      XCTAssertEqual(events.map { $0[1] }, (0..<10).map { UInt8($0) }, "key \(key)")
    }
    try writer.put(0.9, [2]).wait(until: .after(.seconds(10)))
  }

  // MARK: - Batches

  private func batch(_ tag: UInt8, _ count: Int, byteCount: Int) throws -> EventBatch {
    var batch = EventBatch()
    for number in 0..<count {
      try EventBuffer.withScratch { buffer in
        buffer.append([tag, UInt8(number)] + [UInt8](repeating: tag, count: byteCount))
        try batch.add(buffer)
      }
    }
    return batch
  }

  /// Together they are more than a frame may carry, and more than the budget.
  func testLargeBatchesThatMoveStayWhole() throws {
    let store = try store(sealing: [0]) { $0.numEvents > 1 ? .sealed($0) : .nothing }
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let core = client(directory) { $0.writeBufferBytes = 26 << 20 }
    let writer = try writer(core)
    XCTAssertNotNil(store.wait(SetupAppend.self))
    // Holds the others back until all are there.
    try writer.put(0.25, [0])
    let small = try XCTUnwrap(store.wait(AppendBlockEnd.self))
    var futures = [try writer.put(0.25, [1])]
    let large = [(UInt8(2), 0.25, 7 << 20), (3, 0.25, 4 << 20), (4, 0.75, 1 << 20), (5, 0.25, 10)]
    for (tag, fraction, byteCount) in large {
      futures.append(
        try writer.write(
          try batch(tag, 2, byteCount: byteCount), fraction: fraction,
          until: .after(.seconds(10))))
    }
    futures.append(try writer.put(0.25, [6]))
    try store.send(frames(.sealed(small)), on: 1)
    for future in futures { try future.wait(until: .after(.seconds(20))) }
    let stored = store.requests(AppendBlockEnd.self).map(\.command)
      .filter { $0.requestID != small.requestID }
    for tag in UInt8(2)...5 {
      let blocks = stored.filter { block in block.events.contains { $0[0] == tag } }
      XCTAssertEqual(blocks.count, 1, "batch \(tag) was split or doubled")
      XCTAssertEqual(blocks.first?.events.filter { $0[0] == tag }.map { $0[1] }, [0, 1])
    }
    let lower = stored.flatMap(\.events).map { $0[0] }.filter { $0 != 4 }
    XCTAssertEqual(lower, [0, 1, 2, 2, 3, 3, 5, 5, 6])
    writer.close()
    core.close()
    XCTAssertEqual(core.buffers.bytesInUse, 0)
  }

  func testTheLargestBatchMovesAsItIs() throws {
    let store = try store(sealing: [0]) { .sealed($0) }
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let core = client(directory) { $0.writeBufferBytes = 1 << 20 }
    let writer = try writer(core)
    let half = EventFraming.maxBatchByteCount / 2 - EventFraming.headerByteCount - 2
    let future = try writer.write(
      try batch(2, 2, byteCount: half), fraction: 0.25, until: .after(.seconds(10)))
    try future.wait(until: .after(.seconds(20)))
    let sent = store.requests(AppendBlockEnd.self).map(\.command.events)
    XCTAssertEqual(sent.count, 2)
    XCTAssertEqual(sent.first, sent.last)
  }
}

extension StreamWriter {
  /// The segments whose events wait for their hand-over.
  fileprivate var sealedSegmentCount: Int {
    monitor.withLock { state in
      state.appenders.values.count {
        if case .sealed = $0.phase { true } else { false }
      }
    }
  }
}
