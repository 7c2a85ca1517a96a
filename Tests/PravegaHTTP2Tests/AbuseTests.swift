// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

/// Attacks on HTTP/2 that have a name, at the role that suffers them. Each ends by its own limit.
final class AbuseTests: XCTestCase {
  /// Sends what `make` gives until the connection ends.
  private func flood(
    _ endpoint: inout Endpoint, rounds: Int = 20_000, _ make: (Int) -> [UInt8]
  ) -> (cause: HTTP2Error.Cause?, rounds: Int) {
    for round in 0..<rounds {
      let events = endpoint.receive(make(round))
      _ = endpoint.machine.takeOutput()
      if let failure = events.failure { return (failure.cause, round) }
    }
    return (nil, rounds)
  }

  /// A client with so many calls under way.
  private func client(calls: Int) throws -> Endpoint {
    var client = Endpoint.ready(.client)
    for _ in 0..<calls { _ = try client.machine.openStream(requestFields) }
    _ = client.machine.takeOutput()
    return client
  }

  // MARK: - At a client

  func testRapidResetByAServerIsCutOff() throws {
    var client = try client(calls: 2_000)
    let result = flood(&client) { bytes(.reset(StreamID(2 * $0 + 1), .refusedStream)) }
    XCTAssertEqual(result.cause, .limit(.reset))
    XCTAssertLessThan(result.rounds, 600)
  }

  func testFloodsOfControlFramesReachAClientToo() throws {
    let kinds: [(HTTP2Limit, (Int) -> [UInt8])] = [
      (.settings, { _ in bytes(.settings([])) }), (.ping, { bytes(.ping(UInt64($0))) }),
      (.ping, { bytes(.pingAck(UInt64($0))) }), (.settings, { _ in bytes(.settingsAck) }),
      (.goAway, { _ in bytes(.goAway(lastStreamID: 9, .noError, debug: [])) }),
      (.windowUpdate, { _ in bytes(.windowUpdate(0, increment: 1)) }),
      (.priority, { _ in bytes(.priority(1)) }),
      (.unknownFrame, { _ in bytes(.unknown(type: 77)) }),
    ]
    for (limit, make) in kinds {
      var client = try client(calls: 1)
      XCTAssertEqual(flood(&client, make).cause, .limit(limit), "\(limit)")
    }
  }

  func testInterimResponsesWithoutEndAreCutOff() throws {
    var client = try client(calls: 1)
    let result = flood(&client) { _ in bytes(headersFrame(1, [plainField(":status", "103")])) }
    XCTAssertEqual(result.cause, .limit(.interimResponse))
    XCTAssertLessThan(result.rounds, 200)
  }

  func testHeaderBombAtAClientCostsOneCall() throws {
    var client = try client(calls: 2)
    var encoder = HPACKEncoder()
    let seed = encoder.encode(
      responseFields + [HeaderField("x", String(repeating: "a", count: 3_500))])
    _ = client.receive(.headers(1, seed[...], endStream: false, endHeaders: true))
    let bomb = [UInt8](repeating: 0xbe, count: 16_000)
    let events = client.receive(.headers(3, bomb[...], endStream: false, endHeaders: true))
    XCTAssertEqual(events.streamFailure?.cause, .limit(.headerListSize))
    XCTAssertNil(events.failure)
  }

  /// The window of the connection is shared by its calls; one that is used up by all of them is
  /// nobody's alone.
  func testDataBeyondAClientsWindowEndsTheConnection() throws {
    var configuration = HTTP2Configuration()
    configuration.windowSize = 65_535
    configuration.maxFrameSize = 1 << 17
    for (first, second) in [(0, 65_536), (32_000, 33_536), (30_000, 1 << 17)] {
      var client = Endpoint.ready(.client, configuration)
      let calls = try (0..<2).map { _ in try client.machine.openStream(requestFields) }
      for id in calls { _ = client.receive(headersFrame(id, responseFields)) }
      _ = client.machine.takeOutput()
      XCTAssertNil(client.receive(dataFrame(calls[0], first, end: true)).failure)
      let events = client.receive(dataFrame(calls[1], second))
      XCTAssertEqual(events.failure?.code, .flowControlError, "\(first), \(second)")
      guard case .goAway(_, .flowControlError, _)? = try client.frames().last else {
        XCTFail("no GOAWAY after \(first), \(second)")
        continue
      }
    }
    var honest = Endpoint.ready(.client, configuration)
    let id = try honest.machine.openStream(requestFields)
    _ = honest.receive(headersFrame(id, responseFields))
    XCTAssertEqual(honest.receive(dataFrame(id, 32_000)).count, 1)
    XCTAssertEqual(honest.receive(dataFrame(id, 33_535)).count, 1)
  }

  func testDataBeyondTheWindowOfACallEndsTheCall() throws {
    var configuration = HTTP2Configuration()
    configuration.windowSize = 10
    var client = Endpoint.ready(.client, configuration)
    let id = try client.machine.openStream(requestFields)
    _ = client.receive(headersFrame(id, responseFields))
    let events = client.receive(dataFrame(id, 11))
    XCTAssertEqual(events.streamFailure?.code, .flowControlError)
    XCTAssertNil(events.failure)
  }

  func testDataWithinWindowsThatAreGivenBackGoesOnWithoutEnd() throws {
    var client = try client(calls: 1)
    _ = client.receive(headersFrame(1, responseFields))
    for _ in 0..<256 {
      let events = client.receive(dataFrame(1, 16_384))
      XCTAssertNil(events.failure)
      XCTAssertNil(events.streamFailure)
    }
  }

  /// On a call's stream, on one that would be pushed and on one that nobody opened; by number, by
  /// size, and with a block that has not even begun.
  func testContinuationFloodsAtAClientAreCutOff() throws {
    let kinds: [(HTTP2Limit, Int)] = [
      (.continuationFrames, 0), (.continuationFrames, 1), (.continuationFrames, 1_000),
      (.headerBlockSize, 4_000), (.headerBlockSize, 16_384),
    ]
    for id in [1, 2, 7] as [StreamID] {
      for (limit, size) in kinds {
        var client = try client(calls: 1)
        let fragment = [UInt8](repeating: 0x88, count: size)[...]
        let open = HTTP2Frame.headers(id, fragment, endStream: false, endHeaders: false)
        XCTAssertEqual(client.receive(open), [])
        var held = 0
        var end: HTTP2Error?
        var rounds = 0
        while end == nil, rounds < 1_000 {
          end = client.receive(.continuation(id, fragment, endHeaders: false)).failure
          held = max(held, client.machine.partialBlock?.bytes.count ?? 0)
          rounds += 1
        }
        let what = "\(size) bytes on stream \(id)"
        XCTAssertEqual(end?.cause, .limit(limit), what)
        XCTAssertEqual(end?.code, .enhanceYourCalm, what)
        XCTAssertLessThanOrEqual(rounds, 17, what)
        XCTAssertLessThanOrEqual(held, 32_768, what)
        try assertEnded(&client, .enhanceYourCalm, what)
      }
    }
  }

  /// The whole flood may be there at once, in the bytes that one read brought.
  func testAContinuationFloodInOnePieceLeavesNothingBehind() throws {
    var client = try client(calls: 1)
    var flood = bytes(.headers(1, [], endStream: false, endHeaders: false))
    for _ in 0..<100_000 { flood += bytes(.continuation(1, [0x88], endHeaders: false)) }
    XCTAssertEqual(client.receive(flood).failure?.cause, .limit(.continuationFrames))
    try assertEnded(&client, .enhanceYourCalm, "in one piece")
  }

  func testAPushEndsTheConnection() throws {
    let promised: [UInt8] = [0, 0, 0, 2] + headerBlock(requestFields)
    for id in [1, 2, 3, 7] as [StreamID] {
      for flags in [.endHeaders, [], .padded, [.padded, .endHeaders]] as [HTTP2FrameFlags] {
        for payload in [promised, [], [0], [0, 0, 0, 0]] {
          var client = try client(calls: 2)
          var push: [UInt8] = []
          HTTP2FrameHeader(length: payload.count, type: 5, flags: flags, streamID: id)
            .append(to: &push)
          push += payload
          let what = "\(payload.count) bytes on stream \(id), \(flags)"
          XCTAssertEqual(client.receive(push).failure?.code, .protocolError, what)
          XCTAssertEqual(client.machine.decoder.table.count, 0, what)
          try assertEnded(&client, .protocolError, what)
        }
      }
    }
  }

  /// A push inside a header block, and a flood of them in one piece.
  func testAPushMayNotHideInAHeaderBlock() throws {
    var client = try client(calls: 1)
    _ = client.receive(.headers(1, [], endStream: false, endHeaders: false))
    XCTAssertEqual(client.receive(.pushPromise(1)).failure?.code, .protocolError)
    try assertEnded(&client, .protocolError, "in a header block")
    var other = try self.client(calls: 1)
    let push = bytes(.pushPromise(1))
    let flood = (0..<10_000).flatMap { _ in push }
    XCTAssertEqual(other.receive(flood).failure?.code, .protocolError)
    try assertEnded(&other, .protocolError, "a flood")
  }

  /// One GOAWAY with the code, no call left, no bytes kept, and nothing more is heard.
  private func assertEnded(
    _ endpoint: inout Endpoint, _ code: HTTP2ErrorCode, _ what: String
  ) throws {
    XCTAssertLessThan(endpoint.machine.output.count, 1_000, what)
    let frames = try endpoint.frames()
    XCTAssertEqual(frames.count, 1, what)
    guard case .goAway(_, code, _)? = frames.last else { return XCTFail("no GOAWAY: \(what)") }
    XCTAssertEqual(endpoint.machine.streamCount, 0, what)
    XCTAssertNil(endpoint.machine.partialBlock, what)
    XCTAssertEqual(endpoint.machine.reader.pending.count, 0, what)
    XCTAssertEqual(endpoint.receive(bytes(.ping(1))), [], what)
    XCTAssertEqual(try endpoint.frames(), [], what)
  }

  // MARK: - At a server

  func testPaddingWithoutDataIsCountedAndCharged() {
    for padding in [0, 1, 255] {
      var server = Endpoint.ready(.server)
      _ = server.receive(headersFrame(1))
      var frame: [UInt8] = []
      HTTP2FrameHeader(length: 1 + padding, type: 0, flags: .padded, streamID: 1).append(to: &frame)
      frame += [UInt8(padding)] + [UInt8](repeating: 0, count: padding)
      let result = flood(&server) { _ in frame }
      XCTAssertEqual(result.cause, .limit(.emptyData), "\(padding)")
      XCTAssertLessThan(result.rounds, 200)
    }
  }

  func testEmptyHeaderListsAreCutOff() {
    var server = Endpoint.ready(.server)
    let result = flood(&server) {
      bytes(.headers(StreamID(2 * $0 + 1), [], endStream: false, endHeaders: true))
    }
    XCTAssertEqual(result.cause, .limit(.reset))
    var trailers = Endpoint.ready(.server)
    _ = trailers.receive(headersFrame(1))
    let other = flood(&trailers) { _ in
      bytes(.headers(1, [], endStream: false, endHeaders: true))
    }
    XCTAssertNotNil(other.cause)
  }

  func testWindowUpdatesByZeroAreCutOff() {
    var server = Endpoint.ready(.server)
    _ = server.receive(headersFrame(1))
    XCTAssertEqual(server.receive(.windowUpdate(0, increment: 0)).failure?.code, .protocolError)
    var other = Endpoint.ready(.server)
    let result = flood(&other) { round in
      let id = StreamID(2 * round + 1)
      return bytes(headersFrame(id), .windowUpdate(id, increment: 0))
    }
    XCTAssertEqual(result.cause, .limit(.reset))
  }

  func testWindowsThatOverflowAreErrors() {
    var server = Endpoint.ready(.server)
    _ = server.receive(headersFrame(1))
    let stream = server.receive(.windowUpdate(1, increment: 0x7fff_ffff))
    XCTAssertEqual(stream.streamFailure?.code, .flowControlError)
    let connection = server.receive(.windowUpdate(0, increment: 0x7fff_ffff))
    XCTAssertEqual(connection.failure?.code, .flowControlError)
  }

  /// Windows of all streams move with each SETTINGS: only so many.
  func testSettingsThatMoveWindowsBackAndForthAreCutOff() {
    var server = Endpoint.ready(.server)
    for number in 0..<900 { _ = server.receive(headersFrame(StreamID(2 * number + 1))) }
    let identifier = HTTP2Setting.Identifier.initialWindowSize
    let result = flood(&server) { round in
      bytes(.settings([HTTP2Setting(identifier, round % 2 == 0 ? 0 : 0x7fff_ffff)]))
    }
    XCTAssertEqual(result.cause, .limit(.settings))
    XCTAssertLessThan(result.rounds, 60)
  }

  // MARK: - Tables

  /// Whatever an encoder says, no more than the announced size is ever kept.
  func testTableGamesKeepNoMoreThanWasAnnounced() throws {
    var decoder = HPACKDecoder(maximumListSize: 8_192)
    // Sizes up and down before each block, entries larger than the table, and references to what
    // was evicted.
    for round in 0..<2_000 {
      var block: [UInt8] = [0x20]
      HPACKInteger.encode(round % 4_097, prefixBits: 5, flags: 0x20, into: &block)
      block += [0x40, 1, 0x61]
      let length = round % 5_000
      HPACKInteger.encode(length, prefixBits: 7, flags: 0, into: &block)
      block += [UInt8](repeating: 0x62, count: length)
      _ = try decoder.decode(block[...])
      XCTAssertLessThanOrEqual(decoder.table.size, min(4_096, round % 4_097))
      XCTAssertLessThanOrEqual(decoder.table.count, 128)
    }
    XCTAssertThrowsError(try decoder.decode([0x3f, 0xe2, 0x1f]))
    var gone = HPACKDecoder(maximumListSize: 8_192)
    _ = try gone.decode([0x40, 1, 0x61, 1, 0x62])
    _ = try gone.decode([0x20])
    XCTAssertThrowsError(try gone.decode([0xbe]))
  }

  func testTableOfTheEncoderStaysSmallWhateverThePeerAllows() throws {
    var server = Endpoint.ready(
      .server, settings: [HTTP2Setting(HTTP2Setting.Identifier.headerTableSize, .max)])
    for number in 0..<500 {
      let id = StreamID(2 * number + 1)
      _ = server.receive(headersFrame(id, end: true))
      server.machine.sendHeaders(
        responseFields + [HeaderField("x-\(number)", "y")], on: id, endStream: true)
      _ = server.machine.takeOutput()
    }
    XCTAssertLessThanOrEqual(server.machine.encoder.tableSize, HPACKEncoder.largestTable)
  }
}
