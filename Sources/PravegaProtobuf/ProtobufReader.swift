// SPDX-License-Identifier: Apache-2.0

/// The shape of a field's value on the wire.
package enum ProtobufWireType: UInt8, Sendable {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case startGroup = 3
  case endGroup = 4
  case fixed32 = 5
}

/// What stands in front of each value.
package struct ProtobufTag: Hashable, Sendable {
  package let number: Int
  package let type: ProtobufWireType
}

/// Walks over the fields of a message. Nested messages are read in place by narrowing the limit, so
/// that nesting costs no copies and all levels share one budget of elements.
package struct ProtobufReader: Sendable {
  private let bytes: [UInt8]
  private var position: Int
  private var limit: Int
  private var depth = 0
  private var elements = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    limit = bytes.count
  }

  /// Whether the message at hand has no more fields.
  package var isAtEnd: Bool { position >= limit }

  /// The next field's tag, nil at the end of the message.
  package mutating func nextTag() throws(ProtobufError) -> ProtobufTag? {
    if isAtEnd { return nil }
    let raw = try varint()
    guard raw >> 3 > 0, raw >> 3 < 1 << 29, let type = ProtobufWireType(rawValue: UInt8(raw & 7))
    else { throw .invalidTag }
    return ProtobufTag(number: Int(raw >> 3), type: type)
  }

  /// Passes over a field that nobody asked for.
  package mutating func skip(_ tag: ProtobufTag) throws(ProtobufError) {
    switch tag.type {
    case .varint: _ = try varint()
    case .fixed64: _ = try take(8)
    case .fixed32: _ = try take(4)
    case .lengthDelimited: _ = try take(length())
    case .startGroup: try skipGroup(tag.number)
    case .endGroup: throw .unbalancedGroup
    }
  }

  private mutating func skipGroup(_ number: Int) throws(ProtobufError) {
    try descend()
    defer { depth -= 1 }
    while let tag = try nextTag() {
      guard tag.type == .endGroup else {
        try skip(tag)
        continue
      }
      guard tag.number == number else { throw .unbalancedGroup }
      return
    }
    throw .unbalancedGroup
  }

  private mutating func descend() throws(ProtobufError) {
    guard depth < ProtobufLimits.nesting else { throw .tooDeep }
    depth += 1
  }
}

// MARK: - Raw values

extension ProtobufReader {
  mutating func varint() throws(ProtobufError) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<10 {
      guard position < limit else { throw .truncated }
      let byte = bytes[position]
      position += 1
      // The tenth byte holds one bit; decoders agree to drop the others.
      value |= UInt64(byte & 0x7F) << UInt64(index * 7)
      if byte < 0x80 { return value }
    }
    throw .varintTooLong
  }

  mutating func fixed64() throws(ProtobufError) -> UInt64 {
    let range = try take(8)
    var value: UInt64 = 0
    for byte in bytes[range].reversed() { value = value << 8 | UInt64(byte) }
    return value
  }

  mutating func string() throws(ProtobufError) -> String {
    let range = try take(length())
    guard let text = String(validating: bytes[range], as: UTF8.self) else { throw .invalidUTF8 }
    return text
  }

  mutating func countElement() throws(ProtobufError) {
    guard elements < ProtobufLimits.elements else { throw .tooManyElements }
    elements += 1
  }

  /// Reads what a length-delimited field holds as a message of its own.
  mutating func nested(
    _ body: (inout ProtobufReader) throws(ProtobufError) -> Void
  ) throws(ProtobufError) {
    let range = try take(length())
    try descend()
    let outer = limit
    position = range.lowerBound
    limit = range.upperBound
    try body(&self)
    position = range.upperBound
    limit = outer
    depth -= 1
  }

  private mutating func length() throws(ProtobufError) -> Int {
    let value = try varint()
    guard value <= UInt64(limit - position) else { throw .truncated }
    return Int(value)
  }

  private mutating func take(_ count: Int) throws(ProtobufError) -> Range<Int> {
    guard count <= limit - position else { throw .truncated }
    let start = position
    position += count
    return start..<position
  }
}
