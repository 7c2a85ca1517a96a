// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore
@testable import PravegaStandalone

/// Controllers that are dead, die or go away, and servers that stay away for too long.
final class OutageTests: FaultTestCase {
  // MARK: - Several controllers

  /// Another front of the same controller.
  private func secondController() throws -> (ControllerServer, Endpoint) {
    let front = ControllerServer(try server.controller, faults: nil, secure: nil)
    let endpoint = try front.start(Endpoint(host: "127.0.0.1", port: 0))
    addTeardownBlock { front.stop() }
    return (front, endpoint)
  }

  private func factory(
    _ endpoints: [String], connectTimeout: Duration = .seconds(5)
  ) throws -> EventStreamClientFactory {
    var config = ClientConfig(
      controllerURI: try ControllerURI("tcp://" + endpoints.joined(separator: ",")))
    config.connectTimeout = connectTimeout
    let client = try Client(config) { Self.beQuick(&$0) }
    addTeardownBlock { client.close() }
    return EventStreamClientFactory(scope: scope, client: client)
  }

  private var liveEndpoint: String {
    get throws { String(try server.controllerURI.dropFirst("tcp://".count)) }
  }

  /// Writes over seals, which needs many calls, and reads through a group.
  private func useEverything(_ factory: EventStreamClientFactory, _ stream: String) throws {
    try makeStream(stream, segments: 2)
    try addSeals(of: stream, at: [5, 10, 15, 20])
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 6)
    let writer = try factory.createEventWriter(stream: stream, serializer: TestEventSerializer())
    for _ in 0..<20 { try ledger.write(10, from: &generator, with: writer) }
    try writer.close()
    let reader = try factory.createReader(
      readerId: "r", readerGroup: try makeGroup(stream), serializer: TestEventSerializer())
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= 200 })
    try reader.close()
    XCTAssertEqual(ledger.problems(), [])
  }

  func testOneOfSeveralControllersThatNobodyListensAt() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    let dead = listener.endpoint.description
    listener.close()
    for endpoints in [[dead, try liveEndpoint], [try liveEndpoint, dead]] {
      let start = Deadline.now
      let factory = try factory(endpoints)
      try makeStream(endpoints[0] == dead ? "first" : "last")
      let writer = try factory.createEventWriter(
        stream: endpoints[0] == dead ? "first" : "last", serializer: TestEventSerializer())
      try writer.writeEvent(TestEvent(key: "k", sequence: 0), routingKey: "k")
        .get(timeout: Self.patience)
      try writer.close()
      XCTAssertLessThan(Deadline.now.nanoseconds - start.nanoseconds, 5_000_000_000)
    }
    try useEverything(try factory([dead, try liveEndpoint]), "s")
  }

  func testOneOfSeveralControllersThatSaysNothing() throws {
    let silent = try SilentPeer()
    addTeardownBlock { silent.close() }
    let factory = try factory(
      [silent.endpoint.description, try liveEndpoint], connectTimeout: .milliseconds(200))
    let start = Deadline.now
    try useEverything(factory, "s")
    XCTAssertLessThan(Deadline.now.nanoseconds - start.nanoseconds, 15_000_000_000)
    // Left alone for a while after each attempt.
    XCTAssertLessThan(silent.count, 20)
  }

  func testControllersThatDieOneAfterTheOther() throws {
    let (front, endpoint) = try secondController()
    let factory = try factory([try liveEndpoint, endpoint.description])
    try makeStream("s", segments: 2)
    try addSeals(of: "s", at: Set((1...30).map { $0 * 4 }))
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 6)
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    for round in 0..<6 {
      if round % 2 == 0 { try cluster.stopNetwork(.controller) } else { front.stop() }
      for _ in 0..<5 { try ledger.write(10, from: &generator, with: writer) }
      if round % 2 == 0 {
        try cluster.startNetwork(.controller)
      } else {
        _ = try front.restart()
      }
    }
    try writer.close()
    try readBack("s", into: ledger)
    XCTAssertEqual(ledger.problems(), [])
  }

  // MARK: - The only controller

  /// Segments are replaced and a group reads on while nobody can be asked.
  func testAControllerThatGoesAwayForASecond() throws {
    try makeStream("s", segments: 2)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 6)
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    let reader = try factory.createReader(
      readerId: "r", readerGroup: try makeGroup("s"), serializer: TestEventSerializer())
    try ledger.write(20, from: &generator, with: writer)
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= 20 })
    // Appends and reads do not need it.
    try cluster.stopNetwork(.controller)
    try ledger.write(20, from: &generator, with: writer)
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= 40 })
    // Successors do.
    try addSeals(of: "s", at: [1])
    let sent = try ledger.send(1, from: &generator, with: writer)
    XCTAssertThrowsError(try sent[0].1.get(timeout: .seconds(1)))
    try cluster.startNetwork(.controller)
    let back = Deadline.now
    try ledger.await(sent)
    try ledger.write(20, from: &generator, with: writer)
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= 61 })
    XCTAssertLessThan(Deadline.now.nanoseconds - back.nanoseconds, 15_000_000_000)
    XCTAssertEqual(ledger.problems(), [])
    try writer.close()
    try reader.close()
  }

  // MARK: - A server that stays away

  func testAReaderSaysThatItsServerIsGoneAndReadsOnWhenItIsBack() throws {
    try makeStream("s", segments: 2)
    let writing = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 6)
    let writer = try writing.createEventWriter(stream: "s", serializer: TestEventSerializer())
    try ledger.write(20, from: &generator, with: writer)
    let factory = try makeFactory {
      Self.beQuick(&$0)
      $0.repair.giveUpAfter = .milliseconds(300)
      $0.repair.longestPause = .milliseconds(50)
    }
    let reader = try factory.createReader(
      readerId: "r", readerGroup: try makeGroup("s"), serializer: TestEventSerializer())
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= 10 })
    try cluster.stopNetwork()
    var failure: PravegaError?
    let isTold = eventually(within: .seconds(15)) {
      do {
        if let event = try reader.readNextEvent(timeout: .milliseconds(100)).event {
          ledger.read(event)
        }
        return false
      } catch {
        failure = error as? PravegaError
        return true
      }
    }
    XCTAssertTrue(isTold)
    XCTAssertNotNil(failure)
    XCTAssertNotEqual(failure?.retry, .never, "\(String(describing: failure))")
    try cluster.startNetwork()
    let back = Deadline.now
    try ledger.write(20, from: &generator, with: writer)
    // What was told once may be told again until the reader has noticed.
    let isRead = eventually(within: Self.patience) {
      (try? ledger.read(with: reader) { ledger.readCount >= 40 }) ?? false
    }
    XCTAssertTrue(isRead, "\(ledger.readCount) events")
    XCTAssertLessThan(Deadline.now.nanoseconds - back.nanoseconds, 15_000_000_000)
    XCTAssertEqual(ledger.problems(), [])
    try reader.close()
    try writer.close()
  }
}
