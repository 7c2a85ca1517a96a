// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

final class FlowControlTests: XCTestCase {
  private func sentBytes(_ frames: [HTTP2Frame]) -> Int {
    frames.reduce(0) { sum, frame in
      guard case .data(_, let bytes, _, _) = frame else { return sum }
      return sum + bytes.count
    }
  }

  private func initialWindow(_ size: UInt32) -> HTTP2Setting {
    HTTP2Setting(HTTP2Setting.Identifier.initialWindowSize, size)
  }

  func testBytesWaitForTheWindows() throws {
    var client = Endpoint.ready(.client, settings: [initialWindow(10)])
    let id = try client.machine.openStream(requestFields)
    client.machine.sendData([UInt8](repeating: 1, count: 30)[...], on: id, endStream: true)
    XCTAssertEqual(sentBytes(try client.frames()), 10)
    XCTAssertEqual(try client.frames(), [])
    _ = client.receive(.windowUpdate(id, increment: 15))
    XCTAssertEqual(sentBytes(try client.frames()), 15)
    _ = client.receive(.windowUpdate(id, increment: 15))
    let last = try client.frames()
    XCTAssertEqual(sentBytes(last), 5)
    guard case .data(id, _, _, endStream: true)? = last.last else { return XCTFail("\(last)") }
  }

  func testConnectionWindowIsSharedInTurns() throws {
    var client = Endpoint.ready(.client, settings: [initialWindow(1 << 20)])
    let ids = try (0..<2).map { _ in try client.machine.openStream(requestFields) }
    for id in ids {
      client.machine.sendData([UInt8](repeating: 1, count: 100_000)[...], on: id, endStream: true)
    }
    var frames: [HTTP2Frame] = []
    while case let more = try client.frames(), !more.isEmpty { frames += more }
    XCTAssertEqual(sentBytes(frames), 65_535)
    for id in ids {
      let share = frames.filter { if case .data(id, _, _, _) = $0 { true } else { false } }
      XCTAssertGreaterThanOrEqual(sentBytes(share), 16_384)
    }
    _ = client.receive(.windowUpdate(0, increment: 1_000_000))
    frames = []
    while case let more = try client.frames(), !more.isEmpty { frames += more }
    XCTAssertEqual(sentBytes(frames), 200_000 - 65_535)
    XCTAssertEqual(client.machine.queuedBytes, 0)
  }

  func testSmallerInitialWindowMakesWindowsNegative() throws {
    var client = Endpoint.ready(.client, settings: [initialWindow(100)])
    let id = try client.machine.openStream(requestFields)
    client.machine.sendData([UInt8](repeating: 1, count: 200)[...], on: id, endStream: true)
    XCTAssertEqual(sentBytes(try client.frames()), 100)
    _ = client.receive(.settings([initialWindow(40)]))
    _ = client.receive(.windowUpdate(id, increment: 60))
    XCTAssertEqual(sentBytes(try client.frames()), 0, "the window is -60 + 60")
    _ = client.receive(.windowUpdate(id, increment: 1))
    XCTAssertEqual(sentBytes(try client.frames()), 1)
    _ = client.receive(.settings([initialWindow(139)]))
    XCTAssertEqual(sentBytes(try client.frames()), 99)
  }

  func testWindowsThatOverflowAreErrors() throws {
    var client = Endpoint.ready(.client)
    let id = try client.machine.openStream(requestFields)
    let events = client.receive(.windowUpdate(id, increment: 0x7fff_ffff))
    XCTAssertEqual(events.streamFailure?.code, .flowControlError)
    XCTAssertEqual(
      client.receive(.windowUpdate(0, increment: 0x7fff_ffff)).failure?.code, .flowControlError)

    var other = Endpoint.ready(.client)
    let open = try other.machine.openStream(requestFields)
    _ = other.receive(.windowUpdate(open, increment: 0x7fff_0000))
    XCTAssertEqual(
      other.receive(.settings([initialWindow(0x7fff_ffff)])).failure?.code, .flowControlError)
  }

  func testWindowUpdateByZeroIsAnError() throws {
    var client = Endpoint.ready(.client)
    let id = try client.machine.openStream(requestFields)
    XCTAssertEqual(
      client.receive(.windowUpdate(id, increment: 0)).streamFailure?.code, .protocolError)
    XCTAssertEqual(
      client.receive(.windowUpdate(0, increment: 0)).failure?.code, .protocolError)
  }

  func testReceivedBytesAreGivenBackInPortions() throws {
    var server = Endpoint.ready(.server)
    _ = server.receive(headersFrame(1))
    var updates: [HTTP2Frame] = []
    for _ in 0..<200 {
      _ = server.receive(dataFrame(1, 16_000))
      updates += try server.frames()
    }
    XCTAssertGreaterThan(updates.count, 2)
    XCTAssertLessThan(updates.count, 20)
    for case .windowUpdate(_, let increment) in updates {
      XCTAssertGreaterThanOrEqual(increment, 1 << 19)
    }
  }

  func testMoreThanTheWindowIsAnError() {
    var configuration = HTTP2Configuration()
    configuration.windowSize = 1_000
    var server = Endpoint.ready(.server, configuration)
    _ = server.receive(headersFrame(1))
    XCTAssertEqual(
      server.receive(dataFrame(1, 1_001)).streamFailure?.code, .flowControlError)
    // Padding counts too.
    _ = server.receive(headersFrame(3))
    var frame: [UInt8] = []
    HTTP2FrameHeader(length: 1_001, type: 0, flags: .padded, streamID: 3).append(to: &frame)
    frame += [250] + [UInt8](repeating: 0, count: 1_000)
    XCTAssertEqual(server.receive(frame).streamFailure?.code, .flowControlError)
  }
}
