// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import PravegaCore
import PravegaNet
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

/// The design's rules for connections, tokens, patience and reads.
final class ConnectionRuleTests: RuleCase {
  private func storeThatStores() throws -> AnsweringStore {
    try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup)
      case let append as AppendBlockEnd: return .stored(append)
      default: return .close
      }
    }
  }

  func testAnExpiryReplyEndsEveryFlowOfTheConnection() throws {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend: return .setUp(setup)
      case let append as AppendBlockEnd:
        return request.connection == 1 ? .expired(append.requestID) : .stored(append)
      default: return .close
      }
    }
    let directory = FixedDirectory(store.endpoint)
    let writer = try writer(client(directory), segments: 2)
    XCTAssertNotNil(store.wait(SetupAppend.self, count: 2))
    try write(writer, 0.25).wait(until: .after(.seconds(10)))
    XCTAssertNotNil(store.wait(SetupAppend.self, count: 4))
    XCTAssertTrue(store.waitForEnd(of: 1))
    XCTAssertGreaterThan(directory.contents.withLock { $0.askedTokens }, 1)
  }

  func testATokenIsRenewedBeforeItExpiresOnAnotherConnection() throws {
    let store = try storeThatStores()
    let directory = FixedDirectory(store.endpoint)
    directory.contents.withLock {
      $0.token = { RuleCase.token(expiringIn: $0 == 1 ? 2 : 3600, number: $0) }
    }
    let lines = LineCollector()
    let writer = try writer(client(directory, log: Logger(lines)))
    try write(writer).wait(until: .after(.seconds(10)))
    let second = try XCTUnwrap(store.wait(SetupAppend.self, count: 2))
    XCTAssertNotEqual(second.delegationToken, store.wait(SetupAppend.self)?.delegationToken)
    try write(writer).wait(until: .after(.seconds(10)))
    XCTAssertTrue(store.waitForEnd(of: 1))
    XCTAssertEqual(store.requests(SetupAppend.self).map(\.connection), [1, 2])
    XCTAssertEqual(
      store.requests(AppendBlockEnd.self).reduce(0) { $0 + $1.command.numEvents }, 2)
    XCTAssertEqual(Set(lines.all), ["info a token is renewed before it expires"])
    // A log is the user's code: what it takes its time for must not hold up what is due.
    XCTAssertEqual(lines.threads, ["prv-fix"])
  }

  /// A loss that a move explained leaves the next one its own time in doubt.
  func testALossIsNotToldOfInTheNameOfAnEarlierOne() throws {
    let (first, second) = (try store { _ in .nothing }, try store { _ in .nothing })
    let directory = FixedDirectory(first.endpoint)
    let lines = LineCollector()
    let longest = Duration.milliseconds(400)
    let core = client(directory, log: Logger(lines)) { $0.repair.longestDoubt = longest }
    let feed = ReadFeed(core)
    defer { feed.close() }
    _ = feed.open(segment(0), at: 0, bufferSize: 1 << 16)
    XCTAssertNotNil(first.wait(ReadSegment.self))
    directory.contents.withLock { $0.endpoint = second.endpoint }
    first.end(1)
    XCTAssertNotNil(second.wait(ReadSegment.self))
    XCTAssertEqual(lines.all, ["info a segment moved to another store"])
    // So late that the first loss's time is over before the second's.
    ClosingSignal().pause(longest / 2)
    let swallowing = try SwallowingPort()
    defer { swallowing.close() }
    directory.contents.withLock { $0.endpoint = swallowing.endpoint }
    let start = Deadline.now
    second.end(1)
    awaitState("the warning") { lines.all.count > 1 }
    XCTAssertGreaterThanOrEqual(
      Deadline.now.nanoseconds - start.nanoseconds, longest.saturatingNanoseconds)
  }

  func testATargetThatWasNeverReachedFailsSoon() throws {
    let closed = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    let endpoint = closed.endpoint
    closed.close()
    let writer = try writer(
      client(FixedDirectory(endpoint), connectTimeout: .milliseconds(200)))
    let error = failure {
      try write(writer).wait(until: .after(.seconds(10)))
    }
    XCTAssertEqual(error?.code, .connectionFailed)
  }

  func testAPeerOfAnotherProtocolIsNotTriedAgain() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    let accepted = Monitor(0)
    let server = Worker.start(name: "test-http") {
      while let transport = try? listener.accept(until: .distantFuture) {
        accepted.withLock { $0 += 1 }
        var text = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
        text.withUnsafeMutableBytes { buffer in
          var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
          _ = try? withUnsafePointer(to: &part) {
            try transport.send(UnsafeBufferPointer(start: $0, count: 1))
          }
        }
        transport.shutdown()
        transport.close()
      }
    }
    defer {
      listener.close()
      server.join(until: .after(.seconds(5)))
    }
    let writer = try writer(
      client(FixedDirectory(listener.endpoint), connectTimeout: .seconds(60)))
    let error = failure { try write(writer).wait(until: .after(.seconds(10))) }
    XCTAssertEqual(error?.retry, .never)
    XCTAssertEqual(accepted.withLock { $0 }, 1)
  }

  func testClosingEndsConnectionsThatWereLeftToOthers() throws {
    let moved = segment(0).qualifiedName
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        guard setup.segment == moved, request.connection == 1 else { return .setUp(setup) }
        var reply = WrongHost()
        reply.requestID = setup.requestID
        reply.segment = setup.segment
        return .frames([reply])
      case let append as AppendBlockEnd: return .stored(append)
      default: return .close
      }
    }
    let core = client(FixedDirectory(store.endpoint))
    let writer = try writer(core, segments: 2)
    try write(writer, 0.25).wait(until: .after(.seconds(10)))
    try write(writer, 0.75).wait(until: .after(.seconds(10)))
    core.close()
    for connection in 1...(store.requests.map(\.connection).max() ?? 1) {
      XCTAssertTrue(store.waitForEnd(of: connection))
    }
  }

  // MARK: - Reads

  /// The next event of a segment, as text.
  private func read(_ feed: ReadFeed) throws -> String? {
    let deadline = Deadline.after(.seconds(10))
    while let reader = feed.takeReady(until: deadline) {
      switch reader.next() {
      case .event(let event): return String(decoding: event.bytes, as: UTF8.self)
      case .notReady: continue
      case .end: return nil
      }
    }
    return nil
  }

  private static func data(_ request: ReadSegment, _ text: String) -> AnsweringStore.Answer {
    var reply = SegmentRead()
    reply.requestID = request.requestID
    reply.segment = request.segment
    reply.offset = request.offset
    reply.data = [0, 0, 0, 0, 0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8)
    return .frames([reply])
  }

  func testARefusalThatNamesNoReadFailsAllReadsOfItsConnection() throws {
    let store = try store { request in
      guard let read = request.command as? ReadSegment else { return .close }
      // As a real store does: the offset in the place of the request id.
      return request.connection == 1 ? .expired(read.offset) : Self.data(read, "x")
    }
    let feed = ReadFeed(client(FixedDirectory(store.endpoint)))
    _ = feed.open(segment(0), at: 0, bufferSize: 1 << 16)
    XCTAssertEqual(try read(feed), "x")
    XCTAssertTrue(store.waitForEnd(of: 1))
    feed.close()
  }

  func testAReplyToAQuestionFromBeforeASeekIsDropped() throws {
    let store = try store { request in
      guard let read = request.command as? ReadSegment else { return .close }
      return read.offset == 0 ? .nothing : Self.data(read, "new")
    }
    let feed = ReadFeed(client(FixedDirectory(store.endpoint)))
    let reader = feed.open(segment(0), at: 0, bufferSize: 1 << 16)
    let old = try XCTUnwrap(store.wait(ReadSegment.self))
    reader.seek(to: 100)
    var truncated = SegmentIsTruncated()
    truncated.requestID = old.requestID
    truncated.segment = old.segment
    truncated.startOffset = 50
    truncated.offset = 0
    try store.send([truncated], on: 1)
    XCTAssertEqual(try read(feed), "new")
    XCTAssertEqual(reader.offset, 111)
    feed.close()
  }

  func testReadersOfOneStreamAskAgainAfterTheTokenExpired() throws {
    let isExpired = Monitor(false)
    let store = try store { request in
      guard let read = request.command as? ReadSegment else { return .close }
      let first = isExpired.withLock { expired in
        defer { expired = true }
        return !expired
      }
      return first ? .expired(read.requestID) : Self.data(read, "x")
    }
    let feed = ReadFeed(client(FixedDirectory(store.endpoint)))
    for number in 0..<3 { _ = feed.open(segment(Int32(number)), at: 0, bufferSize: 1 << 16) }
    for _ in 0..<3 { XCTAssertEqual(try read(feed), "x") }
    feed.close()
  }

  /// As with a writer, and a request: the fourth in a row is said.
  func testAReaderWhoseTokensAreAllExpiredSaysSo() throws {
    let asked = Monitor(0)
    let store = try store { request in
      guard let read = request.command as? ReadSegment else { return .close }
      asked.withLock { $0 += 1 }
      return .expired(read.requestID)
    }
    let feed = ReadFeed(client(FixedDirectory(store.endpoint)))
    defer { feed.close() }
    for _ in 0..<2 {
      let before = asked.withLock { $0 }
      let reader = feed.open(segment(0), at: 0, bufferSize: 1 << 16)
      let ready = try XCTUnwrap(feed.takeReady(until: .after(.seconds(5))))
      guard case .end(.failed(let error)) = ready.next() else { return XCTFail("no failure") }
      XCTAssertEqual(error.code, .tokenExpired, "\(error)")
      // The second one may have asked on the connection that was just ending.
      XCTAssertTrue((4...5).contains(asked.withLock { $0 } - before))
      reader.close()
    }
  }
}

/// Keeps the lines of a log from level info on.
private final class LineCollector: LogSink {
  let level = LogLevel.info
  private let lines = Monitor<[String]>([])
  private let names = Monitor<Set<String>>([])

  var all: [String] { lines.withLock { $0 } }
  /// The threads that logged, by their names without numbers.
  var threads: Set<String> { names.withLock { $0 } }

  func log(_ level: LogLevel, _ message: String, metadata: [(String, String)]) {
    lines.withLock { $0.append("\(level) \(message)") }
    let name = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
    let kind = name.split(separator: "-").prefix(2).joined(separator: "-")
    names.withLock { _ = $0.insert(kind) }
  }
}
