// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaCore

/// The design's rules for writers, each with a store that breaks what the rule is for.
final class WriterRuleTests: RuleCase {
  func testFlushWaitsForEverySuccessorOfAHandedOverBlock() throws {
    let first = segment(0).qualifiedName
    let slow = segment(1, epoch: 1).qualifiedName
    let slowSetup = Monitor<Int64?>(nil)
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if setup.segment == first { return .nothing }
        if setup.segment == slow { slowSetup.withLock { $0 = setup.requestID } }
        return .setUp(setup)
      case let append as AppendBlockEnd:
        if append.requestID == slowSetup.withLock({ $0 }) { return .nothing }
        return append.numEvents == 2 ? .sealed(append) : .stored(append)
      default: return .close
      }
    }
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let writer = try writer(client(directory))
    let setup = try XCTUnwrap(store.wait(SetupAppend.self))
    let early = try write(writer, 0.25)
    let late = try write(writer, 0.75)
    guard case .frames(let reply) = AnsweringStore.Answer.setUp(setup) else { return XCTFail() }
    try store.send(reply, on: 1)
    try late.wait(until: .after(.seconds(10)))
    XCTAssertEqual(
      failure { try writer.flush(until: .after(.milliseconds(50))) }?.code, .timeout)
    XCTAssertFalse(early.isDone)
    let append = try XCTUnwrap(
      store.requests(AppendBlockEnd.self).last { $0.command.requestID == slowSetup.withLock { $0 } }
    )
    guard case .frames(let last) = AnsweringStore.Answer.stored(append.command) else {
      return XCTFail()
    }
    try store.send(last, on: append.connection)
    try writer.flush(until: .after(.seconds(10)))
    XCTAssertTrue(early.isDone)
  }

  func testEventsOfABlockThatASegmentRefusesAsMissingGoToItsSuccessors() throws {
    let first = segment(0).qualifiedName
    let firstID = Monitor<Int64>(0)
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if setup.segment == first { firstID.withLock { $0 = setup.requestID } }
        return .setUp(setup)
      case let append as AppendBlockEnd:
        let isOld = append.requestID == firstID.withLock { $0 }
        return isOld ? .missing(append.requestID) : .stored(append)
      default: return .close
      }
    }
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let writer = try writer(client(directory))
    try write(writer).wait(until: .after(.seconds(10)))
    XCTAssertEqual(store.requests(AppendBlockEnd.self).count, 2)
  }

  func testAMissingSegmentAfterABrokenConnectionIsOutcomeUnknown() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        return request.connection == 1 ? .setUp(setup) : .missing(setup.requestID)
      default: return .close
      }
    }
    let writer = try writer(client(FixedDirectory(store.endpoint)))
    let future = try write(writer)
    let error = failure { try future.wait(until: .after(.seconds(10))) }
    XCTAssertEqual(error?.code, .noSuchSegment)
    XCTAssertEqual(error?.retry, .outcomeUnknown)
  }

  func testASetUpCannotAcknowledgeWhatWasNeverSent() throws {
    let count = Int64(80)
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if request.connection == 1 { return .nothing }
        return .setUp(setup)
      case let append as AppendBlockEnd: return .stored(append)
      default: return .close
      }
    }
    let writer = try writer(client(FixedDirectory(store.endpoint)))
    let setup = try XCTUnwrap(store.wait(SetupAppend.self))
    // More than a block, so that one is closed and waits.
    let futures = try (0..<count).map { _ in try write(writer, byteCount: 1024) }
    guard case .frames(let lie) = AnsweringStore.Answer.setUp(setup, stored: 64) else { return }
    try store.send(lie, on: 1)
    for future in futures { try future.wait(until: .after(.seconds(10))) }
    let sent = store.requests(AppendBlockEnd.self)
    XCTAssertEqual(sent.map(\.connection).min(), 2)
    XCTAssertEqual(sent.reduce(0) { $0 + Int64($1.command.numEvents) }, count)
  }

  func testWhatTheSetUpSaysIsStoredIsNotSentAgain() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        return .setUp(setup, stored: request.connection == 1 ? .min : 1)
      default: return .close
      }
    }
    let writer = try writer(client(FixedDirectory(store.endpoint)))
    try write(writer).wait(until: .after(.seconds(10)))
    XCTAssertEqual(store.requests(AppendBlockEnd.self).count, 1)
  }

  func testAResendIsTheSameFrame() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup)
      case let append as AppendBlockEnd: return request.connection < 3 ? .close : .stored(append)
      default: return .close
      }
    }
    let directory = FixedDirectory(store.endpoint)
    let writer = try writer(client(directory))
    try write(writer).wait(until: .after(.seconds(10)))
    let frames = try store.requests(AppendBlockEnd.self).map { try $0.command.encoded() }
    XCTAssertEqual(frames.count, 3)
    XCTAssertEqual(Set(frames).count, 1)
    // The controller is asked at every reconnect.
    XCTAssertEqual(directory.contents.withLock { $0.askedEndpoints }, 3)
  }

  func testAnInvalidEventNumberIsAnsweredByANewSetUp() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        return .setUp(setup, stored: request.connection < 3 ? .min : 1)
      case let append as AppendBlockEnd:
        guard request.connection == 2 else { return .close }
        var refusal = InvalidEventNumber()
        refusal.writerID = append.writerID
        refusal.requestID = append.requestID
        refusal.eventNumber = append.lastEventNumber
        return .frames([refusal])
      default: return .close
      }
    }
    let writer = try writer(client(FixedDirectory(store.endpoint)))
    try write(writer).wait(until: .after(.seconds(10)))
    XCTAssertEqual(store.requests(SetupAppend.self).count, 3)
  }

  func testASetUpThatNobodyAskedForDropsTheConnection() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup)
      case let append as AppendBlockEnd: return .stored(append)
      default: return .close
      }
    }
    let writer = try writer(client(FixedDirectory(store.endpoint)))
    try write(writer).wait(until: .after(.seconds(10)))
    let setup = try XCTUnwrap(store.wait(SetupAppend.self))
    guard case .frames(let again) = AnsweringStore.Answer.setUp(setup) else { return XCTFail() }
    try store.send(again, on: 1)
    XCTAssertTrue(store.waitForEnd(of: 1))
    XCTAssertNotNil(store.wait(SetupAppend.self, count: 2))
    try write(writer).wait(until: .after(.seconds(10)))
  }

  func testAMovedEventIsHandedOverOnceHoweverOftenTheSegmentSaysSealed() throws {
    let first = segment(0).qualifiedName
    let firstID = Monitor<Int64>(0)
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if setup.segment == first { firstID.withLock { $0 = setup.requestID } }
        return .setUp(setup)
      case let append as AppendBlockEnd:
        guard append.requestID == firstID.withLock({ $0 }) else { return .stored(append) }
        guard case .frames(let one) = AnsweringStore.Answer.sealed(append) else { return .close }
        return .frames(one + one + one)
      default: return .close
      }
    }
    let directory = FixedDirectory(store.endpoint)
    split(directory)
    let writer = try writer(client(directory))
    try write(writer).wait(until: .after(.seconds(10)))
    try writer.flush(until: .after(.seconds(10)))
    let old = firstID.withLock { $0 }
    let moved = store.requests(AppendBlockEnd.self).filter { $0.command.requestID != old }
    XCTAssertEqual(moved.reduce(0) { $0 + $1.command.numEvents }, 1)
  }

  func testAfterAFailureFlushFailsInTheSameWay() throws {
    let store = try store { request in
      guard let setup = request.command as? SetupAppend else { return .close }
      return .refused(setup.requestID)
    }
    let writer = try writer(client(FixedDirectory(store.endpoint)))
    let future = try? write(writer)
    if let future {
      XCTAssertEqual(
        failure { try future.wait(until: .after(.seconds(10))) }?.code, .invalidToken)
    }
    for _ in 0..<2 {
      XCTAssertEqual(
        failure { try writer.flush(until: .after(.seconds(10))) }?.code, .invalidToken)
      XCTAssertEqual(failure { try write(writer) }?.code, .invalidToken)
    }
  }

  func testAReleasedWriterStoresItsEventsAndEnds() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup)
      case let append as AppendBlockEnd: return .stored(append)
      default: return .close
      }
    }
    let core = client(FixedDirectory(store.endpoint))
    let writer = try writer(core)
    let future = try write(writer)
    writer.drop(try XCTUnwrap(writer.takeSeat()))
    try future.wait(until: .after(.seconds(10)))
    let deadline = Deadline.after(.seconds(10))
    while failure({ try write(writer) })?.code != .objectClosed, !deadline.hasPassed {}
    XCTAssertFalse(deadline.hasPassed)
  }
}
