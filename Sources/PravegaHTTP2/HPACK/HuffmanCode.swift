// SPDX-License-Identifier: Apache-2.0

/// The Huffman code of RFC 7541 appendix B. It is canonical: codes of one length are consecutive in
/// the order of their symbols, so that the lengths alone define it.
enum HuffmanCode {
  static let endOfString = 256
  static let shortest = 5
  static let longest = 30

  /// Bits of the code of each byte, and last of the end-of-string symbol.
  static let lengths: [UInt8] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30,
  ]

  /// The symbols in the order of their codes.
  static let symbols: [UInt16] = (0...UInt16(endOfString)).sorted {
    (lengths[Int($0)], $0) < (lengths[Int($1)], $1)
  }

  /// The code of each symbol, in its lowest bits.
  static let codes: [UInt32] = {
    var codes = [UInt32](repeating: 0, count: lengths.count)
    var next: UInt32 = 0
    var length = shortest
    for symbol in symbols {
      next <<= UInt32(Int(lengths[Int(symbol)]) - length)
      length = Int(lengths[Int(symbol)])
      codes[Int(symbol)] = next
      next += 1
    }
    return codes
  }()

  /// Where the codes of one length lie.
  struct Row {
    /// The first code longer than this length, moved to the top of 32 bits.
    let end: UInt64
    /// The first code of this length.
    let firstCode: UInt32
    /// The place of that code's symbol in `symbols`.
    let firstSymbol: Int
  }

  /// One row for each length from the shortest to the longest.
  static let rows: [Row] = {
    var code: UInt64 = 0
    var place = 0
    return (shortest...longest).map { length in
      let count = lengths.filter { Int($0) == length }.count
      let row = Row(
        end: (code + UInt64(count)) << UInt64(32 - length), firstCode: UInt32(code),
        firstSymbol: place)
      code = (code + UInt64(count)) << 1
      place += count
      return row
    }
  }()
}
