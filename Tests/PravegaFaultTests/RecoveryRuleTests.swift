// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaNet
import PravegaThreads
import PravegaWire
import XCTest

/// The design's rules for what a writer or reader does while its store is gone, and how long.
final class RecoveryRuleTests: RuleCase {
  private func frames(_ answer: AnsweringStore.Answer) -> [any WireCommand] {
    guard case .frames(let frames) = answer else { return [] }
    return frames
  }

  /// - Parameter stored: the last event that it has of the writer from the beginning.
  private func storeThatStores(_ stored: Int64 = .min) throws -> AnsweringStore {
    try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup, stored: stored)
      case let append as AppendBlockEnd: return .stored(append)
      default: return .close
      }
    }
  }

  private func soonHopeless(_ settings: inout EngineSettings) {
    settings.repair.longestPause = .milliseconds(20)
    settings.repair.giveUpAfter = .milliseconds(300)
  }

  // MARK: - Sending again

  func testNothingIsSentAgainWhileAThreadMayStillSendOnTheOldConnection() throws {
    let store = try storeThatStores()
    let sender = StuckSender()
    let writer = try writer(client(FixedDirectory(store.endpoint), factory: sender))
    try write(writer).wait(until: .after(.seconds(10)))
    sender.arm()
    let future = Monitor<WriteFuture?>(nil)
    let stuck = Worker.start(name: "test-stuck") {
      let made = try? writer.put(byteCount: 10, until: .after(.seconds(10)))
      future.withLock { $0 = made }
    }
    XCTAssertTrue(sender.waitUntilStuck())
    store.end(1)
    XCTAssertTrue(sender.waitUntilEndIsSeen())
    XCTAssertFalse(sender.waitForSecond(until: .after(.milliseconds(200))))
    XCTAssertFalse(sender.hasClosedFirst)
    sender.free()
    XCTAssertTrue(stuck.join(until: .after(.seconds(10))))
    try XCTUnwrap(future.withLock { $0 }).wait(until: .after(.seconds(10)))
    XCTAssertEqual(sender.openedCount, 2)
    XCTAssertTrue(sender.hasClosedFirst)
    XCTAssertEqual(
      store.requests(AppendBlockEnd.self).map { [$0.connection, Int($0.command.numEvents)] },
      [[1, 1], [2, 1]])
  }

  // MARK: - Giving up

  func testAWriterGivesUpAStoreThatDoesNotComeBack() throws {
    let store = try storeThatStores()
    let writer = try writer(client(FixedDirectory(store.endpoint), tune: soonHopeless))
    try write(writer).wait(until: .after(.seconds(10)))
    let start = Deadline.now
    store.close()
    let future = try write(writer)
    let error = failure { try future.wait(until: .after(.seconds(10))) }
    XCTAssertEqual(error?.code, .retriesExhausted)
    XCTAssertEqual(error?.retry, .outcomeUnknown)
    let elapsed = Deadline.now.nanoseconds - start.nanoseconds
    XCTAssertGreaterThan(elapsed, 300_000_000)
    XCTAssertLessThan(elapsed, 5_000_000_000)
    XCTAssertEqual(
      failure { try writer.flush(until: .after(.seconds(10))) }?.code, .retriesExhausted)
    XCTAssertEqual(failure { try write(writer) }?.code, .retriesExhausted)
  }

  func testAWriterWhoseStoreComesBackInTimeGivesNothingUp() throws {
    let store = try storeThatStores()
    let core = client(FixedDirectory(store.endpoint)) {
      $0.repair.longestPause = .milliseconds(20)
    }
    let directory = try XCTUnwrap(core.directory as? FixedDirectory)
    let writer = try writer(core)
    try write(writer).wait(until: .after(.seconds(10)))
    store.close()
    let futures = try (0..<10).map { _ in try write(writer) }
    awaitState("attempts") { directory.contents.withLock { $0.askedEndpoints } > 3 }
    let second = try storeThatStores(1)
    directory.contents.withLock { $0.endpoint = second.endpoint }
    for future in futures { try future.wait(until: .after(.seconds(10))) }
  }

  /// A store that accepts every set-up and then breaks is no progress.
  func testASetUpAloneDoesNotMakeAWriterPatient() throws {
    let store = try store { request in
      guard let setup = request.command as? SetupAppend else { return .close }
      return .setUp(setup)
    }
    let writer = try writer(client(FixedDirectory(store.endpoint), tune: soonHopeless))
    let future = try write(writer)
    XCTAssertEqual(
      failure { try future.wait(until: .after(.seconds(10))) }?.code, .retriesExhausted)
  }

  func testAReaderSaysThatItsStoreIsGoneAndReadsOnWhenItIsBack() throws {
    let text: @Sendable (ReadSegment) -> AnsweringStore.Answer = { request in
      guard request.offset < 18 else { return .nothing }
      var reply = SegmentRead()
      reply.requestID = request.requestID
      reply.segment = request.segment
      reply.offset = request.offset
      reply.data = [0, 0, 0, 0, 0, 0, 0, 1, UInt8(request.offset)]
      return .frames([reply])
    }
    let answers: AnsweringStore.Handler = { request in
      (request.command as? ReadSegment).map(text) ?? .close
    }
    let store = try store(answers)
    let directory = FixedDirectory(store.endpoint)
    let feed = ReadFeed(client(directory, tune: soonHopeless))
    defer { feed.close() }
    let reader = feed.open(segment(0), at: 0, bufferSize: 1 << 16)
    var events = try readAll(feed, 2)
    XCTAssertEqual(events, [[0], [9]])
    store.close()
    XCTAssertEqual(nextFailure(feed)?.code, .connectionFailed)
    // Whoever reads opens it anew where it was.
    let offset = reader.offset
    reader.close()
    let second = try self.store(answers)
    directory.contents.withLock { $0.endpoint = second.endpoint }
    _ = feed.open(segment(0), at: offset - 9, bufferSize: 1 << 16)
    events = try readAll(feed, 1)
    XCTAssertEqual(events, [[9]])
  }

  /// A segment may stand in the queue for bytes that were taken already: only its end counts.
  private func nextFailure(_ feed: ReadFeed) -> PravegaError? {
    while let reader = feed.takeReady(until: .after(.seconds(10))) {
      if case .end(.failed(let error)) = reader.next() { return error }
    }
    return nil
  }

  private func readAll(_ feed: ReadFeed, _ count: Int) throws -> [[UInt8]] {
    var events: [[UInt8]] = []
    let deadline = Deadline.after(.seconds(10))
    while events.count < count, let reader = feed.takeReady(until: deadline) {
      while case .event(let event) = reader.next() { events.append([UInt8](event.bytes)) }
    }
    return events
  }

  // MARK: - Tokens

  func testBeforeATokenExpiresWhatWasSentIsWaitedForAndNothingIsAdded() throws {
    let isHeld = Monitor(true)
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup)
      case let append as AppendBlockEnd:
        return request.connection == 1 && isHeld.withLock { $0 } ? .nothing : .stored(append)
      default: return .close
      }
    }
    let directory = FixedDirectory(store.endpoint)
    directory.contents.withLock {
      $0.token = { RuleCase.token(expiringIn: $0 == 1 ? 1 : 3600, number: $0) }
    }
    let writer = try writer(client(directory))
    let first = try writer.put(0.25, [0])
    let append = try XCTUnwrap(store.wait(AppendBlockEnd.self))
    awaitState("the end of the old token") { writer.isDraining }
    let rest = try (1..<5).map { try writer.put(0.25, [UInt8($0)]) }
    XCTAssertEqual(store.requests(SetupAppend.self).count, 1)
    XCTAssertEqual(store.requests(AppendBlockEnd.self).count, 1)
    try store.send(frames(.stored(append)), on: 1)
    for future in [first] + rest { try future.wait(until: .after(.seconds(10))) }
    XCTAssertEqual(store.requests(SetupAppend.self).map(\.connection), [1, 2])
    let later = store.requests(AppendBlockEnd.self).dropFirst()
    XCTAssertEqual(Set(later.map(\.connection)), [2])
    XCTAssertEqual(later.flatMap(\.command.events), [[1], [2], [3], [4]])
    XCTAssertTrue(store.waitForEnd(of: 1))
  }

  // MARK: - Frames

  /// What is written after a block was sent goes into the next one, whatever happens to the first.
  func testEventsThatComeLaterDoNotChangeABlockThatWasSent() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend: return request.connection == 2 ? .close : .setUp(setup)
      case let append as AppendBlockEnd: return request.connection == 1 ? .nothing : .stored(append)
      default: return .close
      }
    }
    let core = client(FixedDirectory(store.endpoint))
    let writer = try writer(core)
    let first = try writer.put(0.25, [0])
    let sent = try XCTUnwrap(store.wait(AppendBlockEnd.self))
    let later = try (1..<5).map { try writer.put(0.25, [UInt8($0)]) }
    store.end(1)
    for future in [first] + later { try future.wait(until: .after(.seconds(10))) }
    let blocks = store.requests(AppendBlockEnd.self).map(\.command)
    XCTAssertEqual(try blocks[1].encoded(), try sent.encoded())
    XCTAssertEqual(blocks.dropFirst(2).flatMap(\.events), [[1], [2], [3], [4]])
  }
}
