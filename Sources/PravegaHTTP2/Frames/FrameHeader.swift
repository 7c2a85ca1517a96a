// SPDX-License-Identifier: Apache-2.0

/// The nine bytes before every frame's payload (RFC 9113 section 4.1).
package struct HTTP2FrameHeader: Hashable, Sendable {
  package static let byteCount = 9

  package var length: Int
  package var type: UInt8
  package var flags: HTTP2FrameFlags
  package var streamID: StreamID

  package init(length: Int, type: UInt8, flags: HTTP2FrameFlags = [], streamID: StreamID = 0) {
    self.length = length
    self.type = type
    self.flags = flags
    self.streamID = streamID
  }

  /// - Returns: `nil` when `bytes` are too few.
  package init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count >= Self.byteCount else { return nil }
    let at = bytes.startIndex
    length = Int(bytes[at]) << 16 | Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
    type = bytes[at + 3]
    flags = HTTP2FrameFlags(rawValue: bytes[at + 4])
    streamID = bytes.bigEndian32(at: 5) & 0x7fff_ffff
  }

  package func append(to output: inout [UInt8]) {
    output.append(UInt8(truncatingIfNeeded: length >> 16))
    output.append(UInt8(truncatingIfNeeded: length >> 8))
    output.append(UInt8(truncatingIfNeeded: length))
    output.append(type)
    output.append(flags.rawValue)
    output.appendBigEndian(streamID)
  }
}

/// Flags share their bits between frame types: ACK is END_STREAM on SETTINGS and PING.
package struct HTTP2FrameFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let endStream = HTTP2FrameFlags(rawValue: 0x1)
  package static let ack = HTTP2FrameFlags(rawValue: 0x1)
  package static let endHeaders = HTTP2FrameFlags(rawValue: 0x4)
  package static let padded = HTTP2FrameFlags(rawValue: 0x8)
  package static let priority = HTTP2FrameFlags(rawValue: 0x20)
}

extension ArraySlice<UInt8> {
  /// Four bytes at a distance from the start; the caller has checked that they are there.
  func bigEndian32(at distance: Int) -> UInt32 {
    var value: UInt32 = 0
    for byte in self[(startIndex + distance)..<(startIndex + distance + 4)] {
      value = value << 8 | UInt32(byte)
    }
    return value
  }
}

extension [UInt8] {
  mutating func appendBigEndian(_ value: UInt32) {
    for shift in [24, 16, 8, 0] as [UInt32] {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
