// SPDX-License-Identifier: Apache-2.0

/// Builds a message field by field. Scalars that have their default value leave no bytes, as proto3
/// wants it.
package struct ProtobufWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func bool(_ number: Int, _ value: Bool) {
    if value { varintField(number, 1) }
  }

  package mutating func int32(_ number: Int, _ value: Int32) {
    if value != 0 { varintField(number, UInt64(bitPattern: Int64(value))) }
  }

  package mutating func int64(_ number: Int, _ value: Int64) {
    if value != 0 { varintField(number, UInt64(bitPattern: value)) }
  }

  package mutating func double(_ number: Int, _ value: Double) {
    // Minus zero is not the default: only the bits count.
    if value.bitPattern == 0 { return }
    tag(number, .fixed64)
    fixed64(value.bitPattern)
  }

  package mutating func string(_ number: Int, _ value: String) {
    if !value.isEmpty { stringField(number, value) }
  }

  package mutating func enumeration<E: ProtobufEnum>(_ number: Int, _ value: E) {
    int32(number, value.rawValue)
  }

  package mutating func message<M: ProtobufMessage>(_ number: Int, _ value: M?) {
    if let value { nested(number) { value.write(to: &$0) } }
  }
}

// MARK: - Lists and maps

extension ProtobufWriter {
  package mutating func strings(_ number: Int, _ values: [String]) {
    for value in values { stringField(number, value) }
  }

  package mutating func messages<M: ProtobufMessage>(_ number: Int, _ values: [M]) {
    for value in values { message(number, value) }
  }

  package mutating func int32s(_ number: Int, _ values: [Int32]) {
    if values.isEmpty { return }
    nested(number) { writer in
      for value in values { writer.varint(UInt64(bitPattern: Int64(value))) }
    }
  }

  package mutating func int64s(_ number: Int, _ values: [Int64]) {
    if values.isEmpty { return }
    nested(number) { writer in
      for value in values { writer.varint(UInt64(bitPattern: value)) }
    }
  }

  /// Entries go out in the order of their keys, so that equal maps give equal bytes. Both parts are
  /// written even if they are defaults, as the Java encoder does: not every reader expects less.
  package mutating func int64Map(_ number: Int, _ map: [Int64: Int64]) {
    for (key, value) in map.sorted(by: { $0.key < $1.key }) {
      nested(number) {
        $0.varintField(1, UInt64(bitPattern: key))
        $0.varintField(2, UInt64(bitPattern: value))
      }
    }
  }

  package mutating func messageMap<M: ProtobufMessage>(_ number: Int, _ map: [String: M]) {
    for (key, value) in map.sorted(by: { $0.key < $1.key }) {
      nested(number) {
        $0.stringField(1, key)
        $0.message(2, value)
      }
    }
  }

  private mutating func varintField(_ number: Int, _ value: UInt64) {
    tag(number, .varint)
    varint(value)
  }

  private mutating func stringField(_ number: Int, _ value: String) {
    tag(number, .lengthDelimited)
    varint(UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }
}

// MARK: - Raw values

extension ProtobufWriter {
  private mutating func tag(_ number: Int, _ type: ProtobufWireType) {
    varint(UInt64(number) << 3 | UInt64(type.rawValue))
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private mutating func fixed64(_ value: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  /// Writes the body behind a length of one byte and makes room if it turns out longer: most nested
  /// messages are short, and none is measured in advance.
  private mutating func nested(_ number: Int, _ body: (inout ProtobufWriter) -> Void) {
    tag(number, .lengthDelimited)
    let start = bytes.count
    bytes.append(0)
    body(&self)
    let count = bytes.count - start - 1
    if count < 0x80 {
      bytes[start] = UInt8(truncatingIfNeeded: count)
      return
    }
    var length = ProtobufWriter()
    length.varint(UInt64(count))
    bytes.replaceSubrange(start...start, with: length.bytes)
  }
}
