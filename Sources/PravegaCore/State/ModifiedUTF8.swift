// SPDX-License-Identifier: Apache-2.0

/// Java's modified UTF-8, in which every stored string is written.
///
/// It encodes UTF-16 code units one by one: U+0000 takes two bytes and a supplementary character
/// six. Unpaired surrogates, which Swift strings cannot hold, decode to U+FFFD.
package enum ModifiedUTF8 {
  /// The largest encoded length, because the length field has 16 bits.
  package static let maxByteCount = 65_535

  package static func append(_ string: String, to bytes: inout [UInt8]) {
    for unit in string.utf16 { append(unit, to: &bytes) }
  }

  package static func byteCount(of string: String) -> Int {
    string.utf16.reduce(0) { $0 + byteCount(of: $1) }
  }

  package static func decode(_ bytes: ArraySlice<UInt8>) throws(SerializationError) -> String {
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count)
    var rest = bytes
    while let first = rest.popFirst() {
      units.append(try decodeUnit(first, from: &rest))
    }
    return String(decoding: units, as: UTF16.self)
  }

  private static func byteCount(of unit: UInt16) -> Int {
    switch unit {
    case 0x01...0x7f: 1
    case 0, 0x80...0x7ff: 2
    default: 3
    }
  }

  private static func append(_ unit: UInt16, to bytes: inout [UInt8]) {
    switch byteCount(of: unit) {
    case 1:
      bytes.append(UInt8(truncatingIfNeeded: unit))
    case 2:
      bytes.append(0xc0 | UInt8(truncatingIfNeeded: unit >> 6))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: unit & 0x3f))
    default:
      bytes.append(0xe0 | UInt8(truncatingIfNeeded: unit >> 12))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: (unit >> 6) & 0x3f))
      bytes.append(0x80 | UInt8(truncatingIfNeeded: unit & 0x3f))
    }
  }

  private static func decodeUnit(
    _ first: UInt8, from rest: inout ArraySlice<UInt8>
  ) throws(SerializationError) -> UInt16 {
    switch first {
    case 0x00...0x7f:
      return UInt16(first)
    case 0xc0...0xdf:
      return UInt16(first & 0x1f) << 6 | (try continuation(&rest))
    case 0xe0...0xef:
      let middle = try continuation(&rest)
      return UInt16(first & 0x0f) << 12 | middle << 6 | (try continuation(&rest))
    default:
      throw SerializationError("string holds the byte \(first), which no character starts with")
    }
  }

  private static func continuation(
    _ rest: inout ArraySlice<UInt8>
  ) throws(SerializationError) -> UInt16 {
    guard let byte = rest.popFirst(), byte & 0xc0 == 0x80 else {
      throw SerializationError("string ends or breaks off inside a character")
    }
    return UInt16(byte & 0x3f)
  }
}
