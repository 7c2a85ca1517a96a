// SPDX-License-Identifier: Apache-2.0

/// Hexadecimal text to bytes, in pieces: a pair of digits may be split between two of them.
///
/// White space, colons and commas are skipped, and so is `0x` in front of digits.
package struct HexDecoder: Sendable {
  private var high: UInt8?
  private var position = 0

  package init() {}

  /// Whether the text so far ends within a byte.
  package var isWithinByte: Bool { high != nil }

  /// - Throws: A ``Program/Report`` that names the place of what is not a digit.
  package mutating func decode(_ text: ArraySlice<UInt8>) throws(Program.Report) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2 + 1)
    for character in text {
      position += 1
      switch character {
      case UInt8(ascii: "x") where high == 0, UInt8(ascii: "X") where high == 0: high = nil
      case _ where HexDecoder.isSeparator(character): continue
      default:
        guard let digit = HexDecoder.digit(character) else {
          throw Program.Report(
            "character \(position) of the input is no hexadecimal digit",
            hint: "Use --binary for bytes.")
        }
        if let first = high {
          bytes.append(first << 4 | digit)
          high = nil
        } else {
          high = digit
        }
      }
    }
    return bytes
  }

  private static func isSeparator(_ character: UInt8) -> Bool {
    [0x20, 0x09, 0x0a, 0x0d, UInt8(ascii: ":"), UInt8(ascii: ",")].contains(character)
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
