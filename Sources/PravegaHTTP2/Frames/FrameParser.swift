// SPDX-License-Identifier: Apache-2.0

/// Turns one frame's header and payload into a frame; knows the rules that one frame alone can
/// break, and nothing of streams.
enum FrameParser {
  typealias Payload = ArraySlice<UInt8>

  static func parse(_ header: HTTP2FrameHeader, _ payload: Payload) throws(HTTP2Error) -> HTTP2Frame
  {
    guard let type = HTTP2FrameType(rawValue: header.type) else {
      return .unknown(type: header.type)
    }
    try checkStream(type, header.streamID)
    switch type {
    case .data: return try data(header, payload)
    case .headers: return try headers(header, payload)
    case .priority: return try priority(header)
    case .reset: return try reset(header, payload)
    case .settings: return try settings(header, payload)
    case .pushPromise: return .pushPromise(header.streamID)
    case .ping: return try ping(header, payload)
    case .goAway: return try goAway(payload)
    case .windowUpdate: return try windowUpdate(header, payload)
    case .continuation:
      return .continuation(
        header.streamID, payload, endHeaders: header.flags.contains(.endHeaders))
    }
  }

  /// Which frames belong to a stream, which to the connection, and which to either.
  private static func checkStream(
    _ type: HTTP2FrameType, _ streamID: StreamID
  ) throws(HTTP2Error) {
    switch type {
    case .data, .headers, .priority, .reset, .pushPromise, .continuation:
      guard streamID != 0 else { throw HTTP2Error(.protocolError, "\(type) frame on stream 0") }
    case .settings, .ping, .goAway:
      guard streamID == 0 else { throw HTTP2Error(.protocolError, "\(type) frame on a stream") }
    case .windowUpdate: break
    }
  }

  private static func data(
    _ header: HTTP2FrameHeader, _ payload: Payload
  ) throws(HTTP2Error) -> HTTP2Frame {
    .data(
      header.streamID, try withoutPadding(header, payload), flowControlled: payload.count,
      endStream: header.flags.contains(.endStream))
  }

  private static func headers(
    _ header: HTTP2FrameHeader, _ payload: Payload
  ) throws(HTTP2Error) -> HTTP2Frame {
    var fragment = try withoutPadding(header, payload)
    if header.flags.contains(.priority) {
      guard fragment.count >= 5 else {
        throw HTTP2Error(.frameSizeError, "headers frame too short for its priority")
      }
      fragment = fragment.dropFirst(5)
    }
    return .headers(
      header.streamID, fragment, endStream: header.flags.contains(.endStream),
      endHeaders: header.flags.contains(.endHeaders))
  }

  private static func withoutPadding(
    _ header: HTTP2FrameHeader, _ payload: Payload
  ) throws(HTTP2Error) -> Payload {
    guard header.flags.contains(.padded) else { return payload }
    guard let count = payload.first else {
      throw HTTP2Error(.frameSizeError, "padded frame without a padding length")
    }
    guard payload.count > Int(count) else {
      throw HTTP2Error(.protocolError, "padding longer than its frame")
    }
    return payload.dropFirst().dropLast(Int(count))
  }

  private static func priority(_ header: HTTP2FrameHeader) throws(HTTP2Error) -> HTTP2Frame {
    guard header.length == 5 else {
      throw HTTP2Error(
        .frameSizeError, stream: header.streamID, "priority frame of \(header.length) bytes")
    }
    return .priority(header.streamID)
  }

  private static func reset(
    _ header: HTTP2FrameHeader, _ payload: Payload
  ) throws(HTTP2Error) -> HTTP2Frame {
    try checkLength(payload, 4, "reset")
    return .reset(header.streamID, HTTP2ErrorCode(rawValue: payload.bigEndian32(at: 0)))
  }

  private static func settings(
    _ header: HTTP2FrameHeader, _ payload: Payload
  ) throws(HTTP2Error) -> HTTP2Frame {
    if header.flags.contains(.ack) {
      try checkLength(payload, 0, "settings acknowledgement")
      return .settingsAck
    }
    guard payload.count % 6 == 0 else {
      throw HTTP2Error(.frameSizeError, "settings frame of \(payload.count) bytes")
    }
    return .settings(
      stride(from: 0, to: payload.count, by: 6).map { at in
        let high = payload[payload.startIndex + at]
        let low = payload[payload.startIndex + at + 1]
        return HTTP2Setting(UInt16(high) << 8 | UInt16(low), payload.bigEndian32(at: at + 2))
      })
  }

  private static func ping(
    _ header: HTTP2FrameHeader, _ payload: Payload
  ) throws(HTTP2Error) -> HTTP2Frame {
    try checkLength(payload, 8, "ping")
    let opaque = UInt64(payload.bigEndian32(at: 0)) << 32 | UInt64(payload.bigEndian32(at: 4))
    return header.flags.contains(.ack) ? .pingAck(opaque) : .ping(opaque)
  }

  private static func goAway(_ payload: Payload) throws(HTTP2Error) -> HTTP2Frame {
    guard payload.count >= 8 else {
      throw HTTP2Error(.frameSizeError, "goAway frame of \(payload.count) bytes")
    }
    return .goAway(
      lastStreamID: payload.bigEndian32(at: 0) & 0x7fff_ffff,
      HTTP2ErrorCode(rawValue: payload.bigEndian32(at: 4)), debug: Array(payload.dropFirst(8)))
  }

  private static func windowUpdate(
    _ header: HTTP2FrameHeader, _ payload: Payload
  ) throws(HTTP2Error) -> HTTP2Frame {
    try checkLength(payload, 4, "window update")
    let increment = payload.bigEndian32(at: 0) & 0x7fff_ffff
    guard increment > 0 else {
      let stream = header.streamID == 0 ? nil : header.streamID
      throw HTTP2Error(.protocolError, stream: stream, "window update by 0")
    }
    return .windowUpdate(header.streamID, increment: increment)
  }

  private static func checkLength(
    _ payload: Payload, _ length: Int, _ name: String
  ) throws(HTTP2Error) {
    guard payload.count == length else {
      throw HTTP2Error(.frameSizeError, "\(name) frame of \(payload.count) bytes")
    }
  }
}
