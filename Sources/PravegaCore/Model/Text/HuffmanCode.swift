// SPDX-License-Identifier: Apache-2.0

/// A canonical Huffman code as deflate uses it (RFC 1951, section 3.2.2).
///
/// Codes are decoded bit by bit: with the number of codes of each length and the symbols in order
/// of their codes, the code read so far is compared with the first one of its length.
struct HuffmanCode {
  static let maxLength = 15

  private var counts = [Int](repeating: 0, count: maxLength + 1)
  private var symbols: [Int] = []

  /// Nil when more codes are asked for than their lengths allow.
  init?(lengths: [Int]) {
    for length in lengths { counts[length] += 1 }
    counts[0] = 0
    var free = 1
    for length in 1...Self.maxLength {
      free = free << 1 - counts[length]
      guard free >= 0 else { return nil }
    }
    symbols = lengths.indices.filter { lengths[$0] > 0 }
      .sorted { (lengths[$0], $0) < (lengths[$1], $1) }
  }

  /// The next symbol; throws when the bits belong to none.
  func decode(_ bits: inout BitReader) throws(SerializationError) -> Int {
    var code = 0
    var first = 0
    var index = 0
    for length in 1...Self.maxLength {
      code |= try bits.next(1)
      let count = counts[length]
      if code - first < count { return symbols[index + code - first] }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw SerializationError("compressed data holds a code that stands for nothing")
  }

  /// The code of blocks that do not bring their own (RFC 1951, section 3.2.6).
  static let fixedLiterals = HuffmanCode(
    lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  static let fixedDistances = HuffmanCode(lengths: [Int](repeating: 5, count: 30))
}

/// Bits of deflate, least significant first.
struct BitReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var buffer: UInt32 = 0
  private var buffered = 0

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The next `count` bits, at most 16.
  mutating func next(_ count: Int) throws(SerializationError) -> Int {
    while buffered < count {
      guard position < bytes.endIndex else {
        throw SerializationError("compressed data ends too early")
      }
      buffer |= UInt32(bytes[position]) << UInt32(buffered)
      position += 1
      buffered += 8
    }
    let value = buffer & (1 << UInt32(count) - 1)
    buffer >>= UInt32(count)
    buffered -= count
    return Int(value)
  }

  /// Skips to the next whole byte; what was read ahead is less than a byte.
  mutating func align() {
    buffer = 0
    buffered = 0
  }

  mutating func take(_ count: Int) throws(SerializationError) -> ArraySlice<UInt8> {
    guard count <= bytes.endIndex - position else {
      throw SerializationError("compressed data ends too early")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// What has not been read, without the rest of a byte that was begun.
  var rest: ArraySlice<UInt8> { bytes[position...] }
}
