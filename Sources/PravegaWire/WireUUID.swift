// SPDX-License-Identifier: Apache-2.0

/// A 128-bit id as it stands on the wire: most significant half first.
package struct WireUUID: Hashable, Sendable, CustomStringConvertible {
  package var high: UInt64
  package var low: UInt64

  package init(high: UInt64 = 0, low: UInt64 = 0) {
    self.high = high
    self.low = low
  }

  /// A random (version 4) id.
  package static func random() -> WireUUID {
    WireUUID(
      high: UInt64.random(in: .min ... .max) & ~0xf000 | 0x4000,
      low: UInt64.random(in: .min ... .max) & ~(0b11 << 62) | 0b10 << 62)
  }

  /// Lower-case hexadecimal digits with hyphens.
  package var description: String {
    let digits = Self.hex(high) + Self.hex(low)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text.append("-") }
      text.append(digit)
    }
    return text
  }

  /// 32 hexadecimal digits, as transaction and transient segment names have them.
  package var hexDigits: String { Self.hex(high) + Self.hex(low) }

  private static func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
