// SPDX-License-Identifier: Apache-2.0

/// Java's modified UTF-8: U+0000 takes two bytes, a supplementary character six.
enum WireText {
  static func encode(_ text: String, into bytes: inout [UInt8]) {
    var text = text
    let isPlain = text.withUTF8 { utf8 -> Bool in
      guard unsafe utf8.allSatisfy({ $0 != 0 && $0 < 0xf0 }) else { return false }
      unsafe bytes.append(contentsOf: utf8)
      return true
    }
    if isPlain { return }
    for unit in text.utf16 {
      switch unit {
      case 1...0x7f: bytes.append(UInt8(unit))
      case 0, 0x80...0x7ff:
        bytes.append(0xc0 | UInt8(unit >> 6))
        bytes.append(0x80 | UInt8(unit & 0x3f))
      default:
        bytes.append(0xe0 | UInt8(unit >> 12))
        bytes.append(0x80 | UInt8(unit >> 6 & 0x3f))
        bytes.append(0x80 | UInt8(unit & 0x3f))
      }
    }
  }

  /// Nil when the bytes are not modified UTF-8. The four-byte sequences of plain UTF-8 are not:
  /// Java closes the connection.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> String? {
    if unsafe bytes.allSatisfy({ $0 < 0x80 }) {
      return unsafe String(decoding: bytes, as: UTF8.self)
    }
    guard unsafe bytes.allSatisfy({ $0 < 0xf0 }) else { return nil }
    if let text = unsafe String(validating: bytes, as: UTF8.self) { return text }
    guard let units = unsafe codeUnits(bytes) else { return nil }
    return String(decoding: units, as: UTF16.self)
  }

  private static func codeUnits(_ bytes: UnsafeRawBufferPointer) -> [UInt16]? {
    var units: [UInt16] = []
    var index = 0
    func continuation(_ at: Int) -> UInt16? {
      guard at < bytes.count, unsafe bytes[at] & 0xc0 == 0x80 else { return nil }
      return unsafe UInt16(bytes[at] & 0x3f)
    }
    while index < bytes.count {
      let first = unsafe UInt16(bytes[index])
      switch first {
      case 0..<0x80:
        units.append(first)
        index += 1
      case 0xc0..<0xe0:
        guard let second = continuation(index + 1) else { return nil }
        units.append((first & 0x1f) << 6 | second)
        index += 2
      case 0xe0..<0xf0:
        guard let second = continuation(index + 1), let third = continuation(index + 2) else {
          return nil
        }
        units.append((first & 0xf) << 12 | second << 6 | third)
        index += 3
      default: return nil
      }
    }
    return units
  }
}
