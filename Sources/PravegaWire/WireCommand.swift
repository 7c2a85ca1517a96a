// SPDX-License-Identifier: Apache-2.0

/// A command of the segment-store protocol: one field list in wire order, used for encoding,
/// decoding and the dump.
package protocol WireCommand: Sendable {
  static var code: Int32 { get }
  static var name: String { get }
  init()
  mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError)
}

extension WireCommand {
  package static var name: String { String(describing: Self.self) }
}

/// What a client sends.
package protocol WireRequest: WireCommand {}
/// What a store answers.
package protocol WireReply: WireCommand {}
/// An answer that says why a request was refused.
package protocol WireFailure: WireReply {}

/// Something that walks over the fields of a command.
package protocol FieldVisitor {
  mutating func int8(_ name: StaticString, _ value: inout Int8) throws(WireError)
  mutating func int32(_ name: StaticString, _ value: inout Int32) throws(WireError)
  /// A 32-bit number that follows from other fields; no dump shows it.
  mutating func derived(_ name: StaticString, _ value: inout Int32) throws(WireError)
  mutating func int64(_ name: StaticString, _ value: inout Int64) throws(WireError)
  mutating func bool(_ name: StaticString, _ value: inout Bool) throws(WireError)
  mutating func uuid(_ name: StaticString, _ value: inout WireUUID) throws(WireError)
  /// Text in Java's modified UTF-8 with a 16-bit length.
  mutating func string(_ name: StaticString, _ value: inout String) throws(WireError)
  /// The same, masked in dumps.
  mutating func secret(_ name: StaticString, _ value: inout String) throws(WireError)
  /// Bytes with a 32-bit length.
  mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) throws(WireError)
  /// All bytes to the end of the frame.
  mutating func rest(_ name: StaticString, _ value: inout [UInt8]) throws(WireError)
  /// Whether a trailing field that older peers leave out follows: at least so many bytes are left.
  mutating func hasMore(_ byteCount: Int) -> Bool
  mutating func list<Element>(
    _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
    _ visit: (inout Self, inout Element) throws(WireError) -> Void
  ) throws(WireError)
}

extension FieldVisitor {
  package mutating func derived(_ name: StaticString, _ value: inout Int32) throws(WireError) {
    try int32(name, &value)
  }

  package mutating func trailingString(_ name: StaticString, _ value: inout String)
    throws(WireError)
  {
    if hasMore(1) { try string(name, &value) }
  }

  /// A trailing 64-bit field that keeps its default when it is missing.
  package mutating func trailingInt64(_ name: StaticString, _ value: inout Int64) throws(WireError)
  {
    if hasMore(8) { try int64(name, &value) }
  }

  package mutating func trailingInt32(_ name: StaticString, _ value: inout Int32) throws(WireError)
  {
    if hasMore(4) { try int32(name, &value) }
  }

  /// Bytes that count as empty when they are missing.
  package mutating func trailingBytes(_ name: StaticString, _ value: inout [UInt8])
    throws(WireError)
  {
    if hasMore(4) { try bytes(name, &value) }
  }
}
