// SPDX-License-Identifier: Apache-2.0

internal import PravegaWire

/// The connection does not follow the protocol; it is closed without a reply.
struct ProtocolViolation: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Reads the hot frames where they lie: no copy, no allocation, nothing per event.
@safe
struct FrameCursor {
  private var rest: UnsafeRawBufferPointer

  init(_ payload: UnsafeRawBufferPointer) { unsafe rest = payload }

  var count: Int { unsafe rest.count }

  mutating func bytes(_ count: Int) throws(ProtocolViolation) -> UnsafeRawBufferPointer {
    guard count >= 0, unsafe count <= rest.count else { throw ProtocolViolation("short frame") }
    defer { unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
    return unsafe UnsafeRawBufferPointer(rebasing: rest[..<count])
  }

  mutating func int32() throws(ProtocolViolation) -> Int32 {
    let field = unsafe try bytes(4)
    return unsafe Int32(bigEndian: field.loadUnaligned(as: Int32.self))
  }

  mutating func int64() throws(ProtocolViolation) -> Int64 {
    let field = unsafe try bytes(8)
    return unsafe Int64(bigEndian: field.loadUnaligned(as: Int64.self))
  }

  mutating func writer() throws(ProtocolViolation) -> AttributeID {
    let high = UInt64(bitPattern: try int64())
    return AttributeID(high: high, low: UInt64(bitPattern: try int64()))
  }

  /// Request ids came later than the frames they are in.
  mutating func trailingRequestID() throws(ProtocolViolation) -> Int64 {
    count >= 8 ? try int64() : -1
  }
}
