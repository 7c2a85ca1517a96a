// SPDX-License-Identifier: Apache-2.0

/// Strings in the Huffman code of HPACK (RFC 7541 section 5.2).
enum Huffman {
  /// The number of bytes `encode` would append.
  static func encodedCount(_ bytes: [UInt8]) -> Int {
    var bits = 0
    for byte in bytes { bits += Int(HuffmanCode.lengths[Int(byte)]) }
    return (bits + 7) / 8
  }

  static func encode(_ bytes: [UInt8], into output: inout [UInt8]) {
    var pending: UInt64 = 0
    var bits = 0
    for byte in bytes {
      let length = Int(HuffmanCode.lengths[Int(byte)])
      pending = pending << UInt64(length) | UInt64(HuffmanCode.codes[Int(byte)])
      bits += length
      while bits >= 8 {
        bits -= 8
        output.append(UInt8(truncatingIfNeeded: pending >> UInt64(bits)))
      }
    }
    guard bits > 0 else { return }
    // The rest of the last byte is the beginning of the end-of-string code: ones.
    let padding = 8 - bits
    output.append(
      UInt8(truncatingIfNeeded: pending << UInt64(padding)) | UInt8((1 << padding) - 1))
  }

  /// The string that `bytes` encode; the output is at most 8/5 of the input's length.
  static func decode(_ bytes: ArraySlice<UInt8>) throws(HPACKError) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count * 8 / HuffmanCode.shortest)
    var window: UInt64 = 0
    var bits = 0
    for byte in bytes {
      window = window << 8 | UInt64(byte)
      bits += 8
      while let (symbol, length) = nextSymbol(window, bits) {
        guard symbol != HuffmanCode.endOfString else { throw .endOfStringInside }
        output.append(UInt8(truncatingIfNeeded: symbol))
        bits -= length
        window &= (1 << UInt64(bits)) - 1
      }
    }
    guard bits < 8, window == (1 << UInt64(bits)) - 1 else { throw .badPadding }
    return output
  }

  /// The symbol that the first of the `bits` lowest bits of `window` spell, if they suffice.
  private static func nextSymbol(_ window: UInt64, _ bits: Int) -> (Int, length: Int)? {
    guard bits >= HuffmanCode.shortest else { return nil }
    // At most 29 + 8 bits are ever pending; what is missing below is filled with zeros.
    let top = bits <= 32 ? window << UInt64(32 - bits) : window >> UInt64(bits - 32)
    for (place, row) in HuffmanCode.rows.enumerated() where top < row.end {
      let length = place + HuffmanCode.shortest
      guard length <= bits else { return nil }
      let code = Int(top >> UInt64(32 - length))
      return (Int(HuffmanCode.symbols[row.firstSymbol + code - Int(row.firstCode)]), length)
    }
    return nil
  }
}
