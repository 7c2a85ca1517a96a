// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

/// Peers that cost work and bring nothing forward are cut off, by named limits.
final class FloodTests: XCTestCase {
  /// Sends until the connection ends, at most a hundred thousand times.
  private func flood(
    _ server: inout Endpoint, _ input: (Int) -> [UInt8]
  ) -> (cause: HTTP2Error.Cause?, rounds: Int, largestOutput: Int) {
    var largest = 0
    for round in 0..<100_000 {
      let events = server.receive(input(round))
      let output = server.machine.takeOutput()
      largest = max(largest, output.count)
      if let error = events.failure { return (error.cause, round, largest) }
    }
    return (nil, 100_000, largest)
  }

  func testFloodsOfEachKindAreCutOff() {
    let kinds: [(HTTP2Limit, (Int) -> [UInt8])] = [
      (.ping, { bytes(.ping(UInt64($0))) }),
      (.ping, { bytes(.pingAck(UInt64($0))) }),
      (.settings, { _ in bytes(.settings([])) }),
      (.settings, { _ in bytes(.settingsAck) }),
      (.emptyData, { _ in bytes(dataFrame(1, 0)) }),
      (.emptyData, { _ in bytes(hex: "000003 00 08 00000001 02 0000") }),
      (.priority, { _ in bytes(.priority(1)) }),
      (.windowUpdate, { _ in bytes(.windowUpdate(0, increment: 1)) }),
      (.unknownFrame, { _ in bytes(.unknown(type: 0xee)) }),
      (.goAway, { _ in bytes(.goAway(lastStreamID: 0, .noError, debug: [])) }),
    ]
    for (limit, input) in kinds {
      var server = Endpoint.ready(.server)
      _ = server.receive(headersFrame(1))
      let result = flood(&server, input)
      XCTAssertEqual(result.cause, .limit(limit), "\(limit)")
      let burst = HTTP2Configuration.defaultAllowances[limit]?.burst ?? 0
      // The request itself may have given some back.
      XCTAssertEqual(Double(result.rounds), Double(burst), accuracy: 10, "\(limit)")
    }
  }

  func testRapidResetIsCutOff() {
    var server = Endpoint.ready(.server)
    let result = flood(&server) { round in
      let id = StreamID(2 * round + 1)
      return bytes(headersFrame(id), .reset(id, .cancel))
    }
    XCTAssertEqual(result.cause, .limit(.reset))
    XCTAssertLessThan(result.rounds, 600)
  }

  func testResetsProvokedFromThisSideCountToo() {
    var server = Endpoint.ready(.server)
    let result = flood(&server) { round in
      let id = StreamID(2 * round + 1)
      return bytes(headersFrame(id), .windowUpdate(id, increment: 0))
    }
    XCTAssertEqual(result.cause, .limit(.reset))
  }

  func testStreamsBeyondTheAnnouncedLimitAreRefusedThenCutOff() throws {
    var configuration = HTTP2Configuration()
    configuration.maxConcurrentStreams = 3
    var server = Endpoint.ready(.server, configuration)
    for id in [1, 3, 5] as [StreamID] { XCTAssertEqual(server.receive(headersFrame(id)).count, 1) }
    XCTAssertEqual(server.receive(headersFrame(7)), [])
    XCTAssertEqual(try server.frames(), [.reset(7, .refusedStream)])
    XCTAssertEqual(server.receive(dataFrame(7, 3, end: true)), [])
    let result = flood(&server) { bytes(headersFrame(StreamID(2 * $0 + 9))) }
    XCTAssertEqual(result.cause, .limit(.reset))
    XCTAssertEqual(server.machine.streamCount, 0)
  }

  func testEndlessContinuationIsCutOff() {
    var server = Endpoint.ready(.server)
    _ = server.receive(.headers(1, [], endStream: false, endHeaders: false))
    let empty = flood(&server) { _ in bytes(.continuation(1, [], endHeaders: false)) }
    XCTAssertEqual(empty.cause, .limit(.continuationFrames))
    var other = Endpoint.ready(.server)
    _ = other.receive(.headers(1, [], endStream: false, endHeaders: false))
    let large = [UInt8](repeating: 0x82, count: 16_000)[...]
    let full = flood(&other) { _ in bytes(.continuation(1, large, endHeaders: false)) }
    XCTAssertEqual(full.cause, .limit(.headerBlockSize))
    XCTAssertLessThan(full.rounds, 4)
  }

  func testHeaderBombCostsOneStream() throws {
    var server = Endpoint.ready(.server)
    var encoder = HPACKEncoder()
    let seed = encoder.encode(
      requestFields + [HeaderField("x", String(repeating: "a", count: 3_500))])
    _ = server.receive(.headers(1, seed[...], endStream: true, endHeaders: true))
    let bomb = [UInt8](repeating: 0xbe, count: 16_000)
    let events = server.receive(.headers(3, bomb[...], endStream: true, endHeaders: true))
    XCTAssertEqual(events.streamFailure?.cause, .limit(.headerListSize))
    XCTAssertNil(events.failure)
  }

  func testAnswersThatAreNotReadAreBounded() {
    var configuration = HTTP2Configuration()
    configuration.allowances = [:]
    var server = Endpoint.ready(.server, configuration)
    for round in 0..<100_000 {
      if let error = server.receive(.ping(UInt64(round))).failure {
        XCTAssertEqual(error.cause, .limit(.unreadAnswers))
        XCTAssertLessThan(server.machine.output.count, 70_000)
        return
      }
    }
    XCTFail("the answers grow without bound")
  }

  func testBusyPeersMayPingWithEveryMessage() {
    var server = Endpoint.ready(.server)
    for round in 0..<5_000 {
      let id = StreamID(2 * round + 1)
      let events = server.receive(
        headersFrame(id), dataFrame(id, 10, end: true), .ping(1), .windowUpdate(0, increment: 10))
      XCTAssertNil(events.failure)
      server.machine.sendHeaders(responseFields, on: id, endStream: true)
      _ = server.machine.takeOutput()
    }
  }

  func testAllowanceComesBackWithTime() {
    var server = Endpoint.ready(.server)
    for second in 0..<1_000 {
      server.now = .seconds(second)
      for _ in 0..<10 { XCTAssertNil(server.receive(.ping(1)).failure) }
      _ = server.machine.takeOutput()
    }
  }

  func testLongConnectionsDoNotGrow() {
    var closed = ClosedStreams()
    for id in stride(from: StreamID(1), to: 20_001, by: 2) { closed.record(id, .ended) }
    XCTAssertNil(closed[1])
    XCTAssertEqual(closed[19_999], .ended)
  }
}
