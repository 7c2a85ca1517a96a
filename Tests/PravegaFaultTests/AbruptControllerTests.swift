// SPDX-License-Identifier: Apache-2.0

import PravegaHTTP2
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// GOAWAY, RST_STREAM, an end and silence in every state of a call to the controller.
final class AbruptControllerTests: FaultTestCase {
  private static let codes: [HTTP2ErrorCode] = [
    .noError, .protocolError, .internalError, .refusedStream, .cancel, .enhanceYourCalm,
  ]
  private static let blows: [AbruptController.Blow] =
    codes.map { .goAway($0) } + codes.map { .reset($0) } + [.end]

  private func abrupt() throws -> AbruptController {
    let made = try AbruptController(try server.controller)
    addTeardownBlock { made.close() }
    return made
  }

  /// A client of that controller, which asks a silent one after a tenth of a second.
  private func controllerClient(_ abrupt: AbruptController) throws -> ControllerClient {
    let settings = ControllerSettings(uri: try ControllerURI("tcp://\(abrupt.endpoint)"))
    let client = ControllerClient(settings) { endpoint in
      GRPCTransport(endpoint, silence: .milliseconds(100))
    }
    addTeardownBlock { client.close(until: .after(.seconds(5))) }
    return client
  }

  /// Every call has its answer soon, whatever happened to its first attempt; so has the next one.
  func testACallThatIsBrokenOffInAnyStateIsMadeAgain() throws {
    let abrupt = try abrupt()
    let client = try controllerClient(abrupt)
    try makeStream("s", segments: 2)
    let stream = PravegaStream(uncheckedScope: scope, stream: "s")
    for moment in AbruptController.Moment.allCases {
      for blow in Self.blows {
        abrupt.decide { call, _ in call == 1 ? (moment, blow) : nil }
        let start = Deadline.now
        for _ in 0..<2 {
          let segments = try client.currentSegments(of: stream, until: .after(Self.patience))
          XCTAssertEqual(segments.entries.count, 2, "\(moment) \(blow)")
        }
        let elapsed = Deadline.now.nanoseconds - start.nanoseconds
        XCTAssertLessThan(elapsed, 5_000_000_000, "\(moment) \(blow)")
      }
    }
    XCTAssertEqual(abrupt.blowCount, AbruptController.Moment.allCases.count * Self.blows.count)
  }

  /// What may have been carried out is not carried out a second time with another result.
  func testAScopeWhoseCreationIsBrokenOffIsThereOnce() throws {
    let abrupt = try abrupt()
    let client = try controllerClient(abrupt)
    for moment in AbruptController.Moment.allCases {
      for (number, blow) in Self.blows.enumerated() {
        abrupt.decide { call, _ in call == 1 ? (moment, blow) : nil }
        let name = "scope-\(moment.rawValue)-\(number)"
        let isNew = try client.createScope(name, until: .after(Self.patience))
        XCTAssertTrue(try client.checkScopeExists(name, until: .after(Self.patience)), name)
        if moment == .untouched { XCTAssertTrue(isNew, name) }
      }
    }
  }

  /// A connection that broke without a word: the controller is there, the connection is not.
  func testACallOnASilentConnectionIsMadeAgainOnAnother() throws {
    let abrupt = try abrupt()
    let client = try controllerClient(abrupt)
    try makeStream("s")
    let stream = PravegaStream(uncheckedScope: scope, stream: "s")
    for moment in AbruptController.Moment.allCases {
      abrupt.decide { call, _ in call == 1 ? (moment, .silence) : nil }
      let start = Deadline.now
      for _ in 0..<2 {
        _ = try client.currentSegments(of: stream, until: .after(Self.patience))
      }
      XCTAssertLessThan(
        Deadline.now.nanoseconds - start.nanoseconds, 5_000_000_000, "\(moment)")
    }
  }

  /// Callers in haste, of whom none waits long enough to find out, still find the way back together.
  func testHastyCallersLeaveASilentConnection() throws {
    let abrupt = try abrupt()
    let client = try controllerClient(abrupt)
    try makeStream("s")
    let stream = PravegaStream(uncheckedScope: scope, stream: "s")
    abrupt.decide { call, _ in call == 1 ? (.processed, .silence) : nil }
    let isBack = eventually(within: .seconds(10)) {
      (try? client.currentSegments(of: stream, until: .after(.milliseconds(30)))) != nil
    }
    XCTAssertTrue(isBack)
  }

  func testEventsAreWrittenAndReadWhileEveryThirdCallIsBrokenOff() throws {
    let abrupt = try abrupt()
    try makeStream("s", segments: 2)
    try addSeals(of: "s", at: [8, 16, 24, 32])
    for number in 1...20 { plan.add(FaultRule("*", first: number * 11, .cut)) }
    let group = try makeGroup("s")
    let config = ClientConfig(
      controllerURI: try ControllerURI("tcp://\(abrupt.endpoint)"))
    let client = try Client(config) { Self.beQuick(&$0) }
    addTeardownBlock { client.close() }
    let factory = EventStreamClientFactory(scope: scope, client: client)
    let (moments, blows) = (AbruptController.Moment.allCases, Self.blows)
    abrupt.decide { call, _ in
      guard call % 3 == 0 else { return nil }
      return (moments[call / 3 % moments.count], blows[call / 3 % blows.count])
    }
    let ledger = TestEventLedger()
    let reader = try factory.createReader(
      readerId: "r", readerGroup: group, serializer: TestEventSerializer())
    try inParallel(2) { number in
      guard number == 0 else {
        XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= 600 })
        return
      }
      var generator = TestEventGenerator("k", keys: 9)
      let writer = try factory.createEventWriter(
        stream: "s", serializer: TestEventSerializer())
      for _ in 0..<60 { try ledger.write(10, from: &generator, with: writer) }
      try writer.close()
    }
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertGreaterThan(abrupt.blowCount, 5)
    try reader.close()
  }
}
