// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

/// The client's fixed first bytes.
let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

/// A field that stays out of the tables, so that the blocks of a test do not depend on one another.
func plainField(_ name: String, _ value: String) -> HeaderField {
  HeaderField(name, value, indexing: .none)
}

/// The header list of a plain request.
let requestFields = [
  plainField(":method", "POST"), plainField(":scheme", "http"), plainField(":path", "/s/m"),
  plainField(":authority", "localhost"), plainField("te", "trailers"),
]

let responseFields = [plainField(":status", "200"), plainField("content-type", "x")]

func bytes(_ frames: HTTP2Frame...) -> [UInt8] {
  var output: [UInt8] = []
  for frame in frames { frame.append(to: &output) }
  return output
}

func bytes(hex: String) -> [UInt8] {
  let digits = Array(hex.filter { !$0.isWhitespace })
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
    UInt8(String(digits[$0...($0 + 1)]), radix: 16)
  }
}

func headerBlock(_ fields: [HeaderField]) -> [UInt8] {
  var encoder = HPACKEncoder()
  return encoder.encode(
    fields.map { HeaderField(name: $0.name, value: $0.value, indexing: .none) })
}

func headersFrame(
  _ id: StreamID, _ fields: [HeaderField] = requestFields, end: Bool = false
) -> HTTP2Frame {
  .headers(id, headerBlock(fields)[...], endStream: end, endHeaders: true)
}

func dataFrame(_ id: StreamID, _ count: Int, end: Bool = false) -> HTTP2Frame {
  .data(
    id, [UInt8](repeating: 7, count: count)[...], flowControlled: count, endStream: end)
}

/// One side of a connection whose other side is the test itself.
struct Endpoint {
  var machine: HTTP2Connection
  var now: Duration = .zero
  private var sent = HTTP2FrameReader(maximumPayload: 1 << 24)

  init(_ role: HTTP2Connection.Role, _ configuration: HTTP2Configuration = HTTP2Configuration()) {
    machine = HTTP2Connection(role: role, configuration: configuration)
  }

  /// A server or client whose peer has said its first words.
  static func ready(
    _ role: HTTP2Connection.Role, settings: [HTTP2Setting] = [],
    _ configuration: HTTP2Configuration = HTTP2Configuration()
  ) -> Endpoint {
    var endpoint = Endpoint(role, configuration)
    if role == .server { _ = endpoint.receive(preface) }
    let events = endpoint.receive(.settings(settings))
    XCTAssertEqual(events, [.ready])
    _ = endpoint.machine.takeOutput()
    return endpoint
  }

  mutating func receive(_ bytes: [UInt8]) -> [HTTP2Event] {
    machine.receive(bytes, at: now)
  }

  mutating func receive(_ frames: HTTP2Frame...) -> [HTTP2Event] {
    var events: [HTTP2Event] = []
    for frame in frames { events += receive(PravegaHTTP2Tests.bytes(frame)) }
    return events
  }

  /// The frames that this side would send now.
  mutating func frames() throws -> [HTTP2Frame] {
    sent.append(machine.takeOutput())
    var frames: [HTTP2Frame] = []
    while let frame = try sent.next() { frames.append(frame) }
    return frames
  }
}

extension [HTTP2Event] {
  /// The error that ended the connection.
  var failure: HTTP2Error? {
    guard case .connectionFailed(let error)? = last else { return nil }
    return error
  }

  /// The error that ended the one stream.
  var streamFailure: HTTP2Error? {
    for case .streamFailed(_, let error) in self { return error }
    return nil
  }
}

/// Repeatable random numbers.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 2_685_821_657_736_338_717 | 1 }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 2_685_821_657_736_338_717
  }
}
