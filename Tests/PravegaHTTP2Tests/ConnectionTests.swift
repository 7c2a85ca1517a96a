// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

final class ConnectionTests: XCTestCase {
  func testOpeningIsThatOfTheJavaLibraries() throws {
    var client = HTTP2Connection(role: .client)
    XCTAssertEqual(
      client.takeOutput(),
      preface
        + bytes(
          hex: "000018040000000000000200000000000300000000000400100000000600002000"
            + "000004080000000000000f0001"))
    var server = HTTP2Connection(role: .server)
    XCTAssertEqual(
      server.takeOutput(),
      bytes(hex: "0000120400000000000003000003e8000400100000000600002000")
        + bytes(hex: "000004080000000000000f0001"))
  }

  func testCallGoesThereAndBack() throws {
    var (client, server) = Self.makePair()
    let id = try client.machine.openStream(requestFields)
    XCTAssertTrue(client.machine.sendData(Array("request".utf8)[...], on: id, endStream: true))
    let atServer = server.receive(client.machine.takeOutput())
    XCTAssertEqual(
      atServer,
      [
        .headers(1, requestFields, endStream: false),
        .data(1, Array("request".utf8)[...], endStream: true),
      ])
    server.machine.sendHeaders(responseFields, on: 1)
    server.machine.sendData(Array("reply".utf8)[...], on: 1)
    server.machine.sendHeaders([HeaderField("grpc-status", "0")], on: 1, endStream: true)
    let atClient = client.receive(server.machine.takeOutput())
    XCTAssertEqual(
      atClient,
      [
        .headers(1, responseFields, endStream: false),
        .data(1, Array("reply".utf8)[...], endStream: false),
        .trailers(1, [HeaderField("grpc-status", "0")]),
      ])
    XCTAssertEqual(client.machine.streamCount, 0)
    XCTAssertEqual(server.machine.streamCount, 0)
  }

  func testBytesMayArriveOneByOne() throws {
    var client = Endpoint(.client)
    let id = try client.machine.openStream(requestFields, endStream: true)
    var server = Endpoint(.server)
    var events: [HTTP2Event] = []
    for byte in client.machine.takeOutput() { events += server.receive([byte]) }
    XCTAssertEqual(events, [.ready, .headers(id, requestFields, endStream: true)])
  }

  func testLongHeaderListsTravelInContinuations() throws {
    var configuration = HTTP2Configuration()
    configuration.maxHeaderListSize = 100_000
    configuration.maxHeaderBlockSize = 100_000
    var server = Endpoint.ready(.server, configuration)
    var client = Endpoint.ready(.client)
    let long = HeaderField("x", String(repeating: "\u{1}", count: 20_000), indexing: .none)
    _ = try client.machine.openStream(requestFields + [long], endStream: true)
    let frames = try client.frames()
    XCTAssertGreaterThan(frames.count, 1)
    let events = frames.flatMap { server.receive($0) }
    XCTAssertEqual(events, [.headers(1, requestFields + [long], endStream: true)])
  }

  func testPaddingAndPriorityAreTakenOff() {
    var server = Endpoint.ready(.server)
    let block = headerBlock(requestFields)
    var frame: [UInt8] = []
    HTTP2FrameHeader(
      length: 1 + 5 + block.count + 3, type: 1, flags: [.padded, .priority, .endHeaders],
      streamID: 1
    ).append(to: &frame)
    frame += [3, 0, 0, 0, 0, 200] + block + [0, 0, 0]
    HTTP2FrameHeader(length: 1 + 2 + 4, type: 0, flags: [.padded, .endStream], streamID: 1)
      .append(to: &frame)
    frame += [4, 0xaa, 0xbb, 0, 0, 0, 0]
    XCTAssertEqual(
      server.receive(frame),
      [.headers(1, requestFields, endStream: false), .data(1, [0xaa, 0xbb], endStream: true)])
  }

  func testPingIsAnsweredWithItsOwnBytes() throws {
    var server = Endpoint.ready(.server)
    XCTAssertEqual(server.receive(.ping(0x1234_5678_9abc_def0)), [])
    XCTAssertEqual(try server.frames(), [.pingAck(0x1234_5678_9abc_def0)])
    XCTAssertEqual(server.receive(.pingAck(5)), [.pingAcknowledged(5)])
  }

  func testUnknownFramesSettingsAndPrioritiesAreIgnored() throws {
    var server = Endpoint.ready(.server)
    XCTAssertEqual(server.receive(.unknown(type: 0x42), .priority(7), .priority(1)), [])
    XCTAssertEqual(
      server.receive(.settings([HTTP2Setting(0x99, 1)])), [.settingsChanged])
    XCTAssertEqual(try server.frames(), [.settingsAck])
  }

  func testGoAwayNamesTheStreamsThatAreSafeToSendAgain() throws {
    var client = Endpoint.ready(.client)
    for _ in 0..<3 { _ = try client.machine.openStream(requestFields, endStream: true) }
    let events = client.receive(.goAway(lastStreamID: 1, .noError, debug: [1]))
    XCTAssertEqual(
      events,
      [.goAway(.init(lastStreamID: 1, code: .noError, debug: [1], unprocessed: [3, 5]))])
    XCTAssertThrowsError(try client.machine.openStream(requestFields))
    XCTAssertEqual(
      client.receive(headersFrame(1, responseFields, end: true)),
      [.headers(1, responseFields, endStream: true)])
    _ = client.machine.takeOutput()
    XCTAssertTrue(client.machine.isDrained)
  }

  func testStreamsBehindOurGoAwayAreNotTouched() throws {
    var server = Endpoint.ready(.server)
    _ = server.receive(headersFrame(1))
    server.machine.sendGoAway()
    XCTAssertEqual(server.receive(headersFrame(3), dataFrame(3, 5, end: true)), [])
    XCTAssertEqual(
      server.receive(dataFrame(1, 1, end: true)), [.data(1, [7], endStream: true)])
    XCTAssertEqual(try server.frames().last, .goAway(lastStreamID: 1, .noError, debug: []))
  }

  func testResetStreamIsForgottenOnBothSides() throws {
    var (client, server) = Self.makePair()
    let id = try client.machine.openStream(requestFields)
    _ = server.receive(client.machine.takeOutput())
    client.machine.reset(id, .cancel)
    XCTAssertEqual(server.receive(client.machine.takeOutput()), [.reset(id, .cancel)])
    XCTAssertFalse(server.machine.sendHeaders(responseFields, on: id))
    // What the server sent before it knew.
    XCTAssertEqual(client.receive(headersFrame(id, responseFields), dataFrame(id, 4)), [])
    XCTAssertEqual(client.machine.streamCount, 0)
  }

  func testPeersLimitOfStreamsIsKept() throws {
    var client = Endpoint.ready(
      .client, settings: [HTTP2Setting(HTTP2Setting.Identifier.maxConcurrentStreams, 1)])
    let id = try client.machine.openStream(requestFields, endStream: true)
    XCTAssertFalse(client.machine.canOpenStream)
    XCTAssertThrowsError(try client.machine.openStream(requestFields))
    _ = client.receive(headersFrame(id, responseFields, end: true))
    XCTAssertTrue(client.machine.canOpenStream)
  }

  func testInterimResponsesAreSkipped() throws {
    var client = Endpoint.ready(.client)
    let id = try client.machine.openStream(requestFields, endStream: true)
    XCTAssertEqual(client.receive(headersFrame(id, [HeaderField(":status", "103")])), [])
    XCTAssertEqual(
      client.receive(headersFrame(id, responseFields, end: true)),
      [.headers(id, responseFields, endStream: true)])
  }

  static func makePair() -> (Endpoint, Endpoint) {
    var client = Endpoint(.client)
    var server = Endpoint(.server)
    _ = server.receive(client.machine.takeOutput())
    _ = client.receive(server.machine.takeOutput())
    _ = server.receive(client.machine.takeOutput())
    return (client, server)
  }
}
