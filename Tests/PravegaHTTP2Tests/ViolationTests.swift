// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

/// What a peer may not do, and what it is told.
final class ViolationTests: XCTestCase {
  func testViolationsEndTheConnectionWithTheirCode() throws {
    let cases: [(String, [UInt8], HTTP2ErrorCode)] = [
      ("data on stream 0", bytes(hex: "000001 00 00 00000000 00"), .protocolError),
      ("data on an idle stream", bytes(dataFrame(9, 1)), .protocolError),
      ("settings on a stream", bytes(hex: "000000 04 00 00000001"), .protocolError),
      ("settings of 5 bytes", bytes(hex: "000005 04 00 00000000 0000000000"), .frameSizeError),
      ("ack with content", bytes(hex: "000006 04 01 00000000 000000000000"), .frameSizeError),
      ("ping of 7 bytes", bytes(hex: "000007 06 00 00000000 00000000000000"), .frameSizeError),
      ("goaway of 4 bytes", bytes(hex: "000004 07 00 00000000 00000000"), .frameSizeError),
      ("reset of 3 bytes", bytes(hex: "000003 03 00 00000001 000000"), .frameSizeError),
      ("reset of an idle stream", bytes(.reset(9, .cancel)), .protocolError),
      ("window of an idle stream", bytes(.windowUpdate(9, increment: 1)), .protocolError),
      ("frame too large", bytes(hex: "004001 00 00 00000001"), .frameSizeError),
      ("padding too long", bytes(hex: "000002 01 0c 00000001 0500"), .protocolError),
      ("padding length missing", bytes(hex: "000000 01 0c 00000001"), .frameSizeError),
      ("priority cut short", bytes(hex: "000004 01 24 00000001 00000000"), .frameSizeError),
      ("continuation alone", bytes(.continuation(1, [], endHeaders: true)), .protocolError),
      ("push", bytes(.pushPromise(1)), .protocolError),
      ("even stream", bytes(headersFrame(2)), .protocolError),
      ("bad header block", bytes(hex: "000001 01 05 00000001 80"), .compressionError),
      ("push setting 2", bytes(.settings([HTTP2Setting(2, 2)])), .protocolError),
      ("window setting", bytes(.settings([HTTP2Setting(4, 1 << 31)])), .flowControlError),
      ("frame size setting", bytes(.settings([HTTP2Setting(5, 1)])), .protocolError),
      ("short priority of idle", bytes(hex: "000004 02 00 00000009 00000000"), .frameSizeError),
    ]
    for (name, input, code) in cases {
      var server = Endpoint.ready(.server)
      XCTAssertEqual(server.receive(input).failure?.code, code, name)
      guard case .goAway(_, code, _)? = try server.frames().last else {
        XCTFail("\(name): no GOAWAY")
        continue
      }
      XCTAssertEqual(server.receive(bytes(.ping(1))), [], "\(name): it goes on")
      XCTAssertEqual(try server.frames(), [], name)
    }
  }

  func testNothingMayInterruptAHeaderBlock() {
    for frame in [
      HTTP2Frame.ping(1), dataFrame(1, 1), .continuation(3, [], endHeaders: true),
      headersFrame(1), .unknown(type: 99),
    ] {
      var server = Endpoint.ready(.server)
      let open = HTTP2Frame.headers(1, [], endStream: false, endHeaders: false)
      XCTAssertEqual(server.receive(open, frame).failure?.code, .protocolError, "\(frame)")
    }
  }

  func testStreamErrorsLeaveTheConnectionAlone() throws {
    var server = Endpoint.ready(.server)
    _ = server.receive(headersFrame(1, end: true))
    XCTAssertEqual(server.receive(dataFrame(1, 1)).streamFailure?.code, .streamClosed)
    XCTAssertEqual(try server.frames(), [.reset(1, .streamClosed)])
    XCTAssertEqual(
      server.receive(headersFrame(3, end: true)), [.headers(3, requestFields, endStream: true)])
  }

  func testFramesOnEndedStreamsEndTheConnection() {
    var server = Endpoint.ready(.server)
    _ = server.receive(headersFrame(1, end: true))
    server.machine.sendHeaders(responseFields, on: 1, endStream: true)
    _ = server.machine.takeOutput()
    XCTAssertEqual(server.receive(.windowUpdate(1, increment: 1), .reset(1, .noError)), [])
    XCTAssertEqual(server.receive(dataFrame(1, 1)).failure?.code, .streamClosed)
  }

  func testMalformedRequestsAreRefusedOneByOne() throws {
    let good = requestFields
    let cases: [(String, [HeaderField])] = [
      ("no method", Array(good.dropFirst())),
      ("no path", good.filter { $0.nameText != ":path" }),
      ("empty path", good.filter { $0.nameText != ":path" } + [HeaderField(":path", "")]),
      ("twice", [good[0]] + good),
      ("status", [HeaderField(":status", "200")] + good),
      ("pseudo behind", good + [HeaderField(":x", "y")]),
      ("capital", good + [HeaderField("Name", "y")]),
      ("blank in name", good + [HeaderField("na me", "y")]),
      ("empty name", good + [HeaderField("", "y")]),
      ("line break", good + [HeaderField("a", "b\r\nc: d")]),
      ("blank around", good + [HeaderField("a", " b")]),
      ("connection", good + [HeaderField("connection", "close")]),
      ("upgrade", good + [HeaderField("upgrade", "h2c")]),
      ("te", good + [HeaderField("te", "gzip")]),
      ("length", good + [HeaderField("content-length", "x")]),
      ("two lengths", good + [1, 2].map { HeaderField("content-length", "\($0)") }),
    ]
    var server = Endpoint.ready(.server)
    var id: StreamID = 1
    for (name, fields) in cases {
      let events = server.receive(headersFrame(id, fields))
      XCTAssertEqual(events.streamFailure?.code, .protocolError, name)
      XCTAssertEqual(try server.frames(), [.reset(id, .protocolError)], name)
      id += 2
    }
    XCTAssertEqual(server.receive(headersFrame(id)).count, 1)
  }

  func testBodyMustBeAsLongAsPromised() {
    let fields = requestFields + [HeaderField("content-length", "5")]
    var server = Endpoint.ready(.server)
    _ = server.receive(headersFrame(1, fields))
    XCTAssertEqual(server.receive(dataFrame(1, 6)).streamFailure?.code, .protocolError)
    _ = server.receive(headersFrame(3, fields))
    XCTAssertEqual(server.receive(dataFrame(3, 4, end: true)).streamFailure?.code, .protocolError)
    _ = server.receive(headersFrame(5, fields))
    XCTAssertNil(server.receive(dataFrame(5, 5, end: true)).streamFailure)
  }

  func testTrailersMustEndTheStream() {
    var server = Endpoint.ready(.server)
    _ = server.receive(headersFrame(1))
    XCTAssertEqual(
      server.receive(headersFrame(1, [HeaderField("a", "b")])).streamFailure?.code, .protocolError)
  }

  func testClientRefusesStreamsItDidNotOpen() {
    for id in [2, 1, 7] as [StreamID] {
      var client = Endpoint.ready(.client)
      XCTAssertEqual(
        client.receive(headersFrame(id, responseFields)).failure?.code, .protocolError)
    }
  }

  func testForeignPeersAreRecognisedByTheirFirstBytes() {
    let cases: [(HTTP2Connection.Role, [UInt8], ForeignProtocol)] = [
      (.client, Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), .http1),
      (.client, [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46], .tls),
      (.client, [0xff, 0xff, 0xff, 0x81], .other([0xff, 0xff, 0xff, 0x81])),
      (.client, Array("SSH-2.0".utf8), .other(Array("SSH-2.0".utf8))),
      (.client, [0x00, 0x00, 0x00, 0x00], .other([0, 0, 0, 0])),
      (.server, Array("GET / HTTP/1.1\r\n".utf8), .http1),
      (.server, [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], .tls),
      (.server, Array("PRI * HTTP/1.1".utf8), .other(Array("PRI * HTTP/1.1".utf8))),
    ]
    for (role, input, spoken) in cases {
      var endpoint = Endpoint(role)
      XCTAssertEqual(endpoint.receive(input).failure?.cause, .foreign(spoken))
    }
  }

  func testServersFirstFrameMustBeSettings() {
    var server = Endpoint(.server)
    XCTAssertEqual(server.receive(preface + bytes(.ping(1))).failure?.code, .protocolError)
  }
}
