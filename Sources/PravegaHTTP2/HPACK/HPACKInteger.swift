// SPDX-License-Identifier: Apache-2.0

/// Integers with a prefix of 1 to 8 bits (RFC 7541 section 5.1).
enum HPACKInteger {
  /// No length, index or table size of ours is larger; the RFC asks for some limit.
  static let maximum = 1 << 28

  static func encode(
    _ value: Int, prefixBits: Int, flags: UInt8, into output: inout [UInt8]
  ) {
    let limit = (1 << prefixBits) - 1
    guard value >= limit else {
      output.append(flags | UInt8(truncatingIfNeeded: value))
      return
    }
    output.append(flags | UInt8(limit))
    var rest = value - limit
    while rest >= 0x80 {
      output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    output.append(UInt8(rest))
  }

  /// Takes an integer off the front of `input`.
  static func decode(
    _ input: inout ArraySlice<UInt8>, prefixBits: Int
  ) throws(HPACKError) -> Int {
    guard let first = input.popFirst() else { throw .truncated }
    let limit = (1 << prefixBits) - 1
    var value = Int(first) & limit
    guard value == limit else { return value }
    // Five groups of seven bits cover the maximum; leading zero groups beyond them are an attack.
    for group in 0..<5 {
      guard let byte = input.popFirst() else { throw .truncated }
      value += Int(byte & 0x7f) << (7 * group)
      guard value <= maximum else { throw .integerTooLarge }
      if byte & 0x80 == 0 { return value }
    }
    throw .integerTooLarge
  }
}
