// SPDX-License-Identifier: Apache-2.0

extension HTTP2Frame {
  /// Appends the frame as it goes over the wire, without padding or priority.
  package func append(to output: inout [UInt8]) {
    switch self {
    case .data(let stream, let payload, _, let endStream):
      Self.append(.data, endStream ? .endStream : [], stream, payload, to: &output)
    case .headers(let stream, let fragment, let endStream, let endHeaders):
      var flags: HTTP2FrameFlags = endStream ? .endStream : []
      if endHeaders { flags.insert(.endHeaders) }
      Self.append(.headers, flags, stream, fragment, to: &output)
    case .priority(let stream):
      Self.append(.priority, [], stream, [0, 0, 0, 0, 15], to: &output)
    case .reset(let stream, let code):
      Self.append(.reset, [], stream, Self.bytes(code.rawValue), to: &output)
    case .settings(let settings):
      Self.append(.settings, [], 0, Self.payload(of: settings), to: &output)
    case .settingsAck: Self.append(.settings, .ack, 0, [], to: &output)
    case .pushPromise(let stream):
      Self.append(.pushPromise, .endHeaders, stream, [0, 0, 0, 2], to: &output)
    case .ping(let opaque): Self.append(.ping, [], 0, Self.bytes(opaque), to: &output)
    case .pingAck(let opaque): Self.append(.ping, .ack, 0, Self.bytes(opaque), to: &output)
    case .goAway(let last, let code, let debug):
      let payload = Self.bytes(last) + Self.bytes(code.rawValue) + debug
      Self.append(.goAway, [], 0, payload, to: &output)
    case .windowUpdate(let stream, let increment):
      Self.append(.windowUpdate, [], stream, Self.bytes(increment), to: &output)
    case .continuation(let stream, let fragment, let endHeaders):
      Self.append(
        .continuation, endHeaders ? .endHeaders : [], stream, fragment, to: &output)
    case .unknown(let type):
      HTTP2FrameHeader(length: 0, type: type).append(to: &output)
    }
  }

  private static func append(
    _ type: HTTP2FrameType, _ flags: HTTP2FrameFlags, _ stream: StreamID,
    _ payload: ArraySlice<UInt8>, to output: inout [UInt8]
  ) {
    HTTP2FrameHeader(length: payload.count, type: type.rawValue, flags: flags, streamID: stream)
      .append(to: &output)
    output += payload
  }

  private static func payload(of settings: [HTTP2Setting]) -> ArraySlice<UInt8> {
    var bytes: [UInt8] = []
    for setting in settings {
      bytes.append(UInt8(truncatingIfNeeded: setting.identifier >> 8))
      bytes.append(UInt8(truncatingIfNeeded: setting.identifier))
      bytes.appendBigEndian(setting.value)
    }
    return bytes[...]
  }

  private static func bytes(_ value: UInt32) -> ArraySlice<UInt8> {
    var bytes: [UInt8] = []
    bytes.appendBigEndian(value)
    return bytes[...]
  }

  private static func bytes(_ value: UInt64) -> ArraySlice<UInt8> {
    bytes(UInt32(truncatingIfNeeded: value >> 32)) + bytes(UInt32(truncatingIfNeeded: value))
  }
}
