// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

/// GOAWAY and RST_STREAM at every point of a call's life, as the client meets them.
final class EndInEveryStateTests: XCTestCase {
  /// The points of a call, each reached from the one before.
  private enum Point: CaseIterable {
    case opened
    case bodyBegun
    case bodyBlocked
    case requestEnded
    case responseBegun
    case responseBodyBegun
    case ended
  }

  private func client(at point: Point) throws -> (Endpoint, StreamID) {
    var client = Endpoint.ready(
      .client, settings: [HTTP2Setting(HTTP2Setting.Identifier.initialWindowSize, 5)])
    let id = try client.machine.openStream(requestFields)
    _ = client.machine.takeOutput()
    for next in Point.allCases {
      if next == point { break }
      switch next {
      case .opened: client.machine.sendData([1, 2, 3], on: id)
      case .bodyBegun: client.machine.sendData([4, 5, 6], on: id)
      case .bodyBlocked:
        client.machine.sendData([], on: id, endStream: true)
        _ = client.receive(.windowUpdate(id, increment: 100))
      case .requestEnded: _ = client.receive(headersFrame(id, responseFields))
      case .responseBegun: _ = client.receive(dataFrame(id, 4))
      case .responseBodyBegun:
        _ = client.receive(headersFrame(id, [plainField("a", "b")], end: true))
      case .ended: break
      }
      _ = client.machine.takeOutput()
    }
    return (client, id)
  }

  func testResetEndsTheStreamAndNothingElse() throws {
    for point in Point.allCases {
      var (client, id) = try client(at: point)
      let events = client.receive(.reset(id, .internalError))
      XCTAssertEqual(events, point == .ended ? [] : [.reset(id, .internalError)], "\(point)")
      XCTAssertEqual(client.machine.streamCount, 0, "\(point)")
      XCTAssertEqual(client.machine.queuedBytes, 0, "\(point)")
      XCTAssertEqual(try client.frames(), [], "\(point)")
      XCTAssertFalse(client.machine.sendData([1], on: id), "\(point)")
      XCTAssertNoThrow(try client.machine.openStream(requestFields), "\(point)")
    }
  }

  func testGoAwayBeforeTheStreamMakesItSafeToSendAgain() throws {
    for point in Point.allCases {
      var (client, id) = try client(at: point)
      let events = client.receive(.goAway(lastStreamID: 0, .noError, debug: []))
      guard case .goAway(let goAway)? = events.first else { return XCTFail("\(point)") }
      XCTAssertEqual(goAway.unprocessed, point == .ended ? [] : [id], "\(point)")
      XCTAssertEqual(client.machine.streamCount, 0, "\(point)")
      XCTAssertTrue(client.machine.isExhausted, "\(point)")
      XCTAssertFalse(client.machine.hasFailed, "\(point)")
    }
  }

  func testGoAwayBehindTheStreamLetsItEnd() throws {
    for point in Point.allCases {
      var (client, id) = try client(at: point)
      let events = client.receive(.goAway(lastStreamID: id, .noError, debug: []))
      guard case .goAway(let goAway)? = events.first else { return XCTFail("\(point)") }
      XCTAssertEqual(goAway.unprocessed, [], "\(point)")
      guard point != .ended else { continue }
      let isTrailers = point == .responseBegun || point == .responseBodyBegun
      let last = isTrailers ? [plainField("a", "b")] : responseFields
      XCTAssertEqual(
        client.receive(headersFrame(id, last, end: true)),
        [isTrailers ? .trailers(id, last) : .headers(id, last, endStream: true)], "\(point)")
    }
  }

  func testServerSurvivesResetAtEveryPoint() throws {
    for sentBytes in 0..<4 {
      var server = Endpoint.ready(
        .server, settings: [HTTP2Setting(HTTP2Setting.Identifier.initialWindowSize, 2)])
      _ = server.receive(headersFrame(1, end: true))
      server.machine.sendHeaders(responseFields, on: 1)
      for _ in 0..<sentBytes { server.machine.sendData([1], on: 1) }
      _ = server.machine.takeOutput()
      XCTAssertEqual(server.receive(.reset(1, .cancel)), [.reset(1, .cancel)])
      XCTAssertFalse(server.machine.sendHeaders(responseFields, on: 1, endStream: true))
      XCTAssertEqual(try server.frames(), [])
      XCTAssertEqual(server.machine.streamCount, 0)
    }
  }
}
