// SPDX-License-Identifier: Apache-2.0

/// MurmurHash3, x64, 128 bits: the hash by which events, tables and readers are distributed.
///
/// The state is a value on the stack; nothing is allocated. Both words start at the seed
/// sign-extended to 64 bits, which matters for negative seeds only.
struct Murmur3 {
  private var h1: UInt64
  private var h2: UInt64
  private var length: UInt64 = 0

  private static let c1: UInt64 = 0x87c3_7b91_1142_53d5
  private static let c2: UInt64 = 0x4cf5_ad43_2745_937f

  @inline(__always)
  init(seed: Int32) {
    h1 = UInt64(bitPattern: Int64(seed))
    h2 = h1
  }

  /// Takes 16 bytes as two little-endian words.
  @inline(__always)
  mutating func block(_ k1: UInt64, _ k2: UInt64) {
    h1 ^= Self.mix1(k1)
    h1 = Self.rotate(h1, 27) &+ h2
    h1 = h1 &* 5 &+ 0x52dc_e729
    h2 ^= Self.mix2(k2)
    h2 = Self.rotate(h2, 31) &+ h1
    h2 = h2 &* 5 &+ 0x3849_5ab5
    length &+= 16
  }

  /// Takes the last 0 to 15 bytes, padded with zeros, and gives the hash.
  @inline(__always)
  mutating func finish(_ k1: UInt64, _ k2: UInt64, byteCount: Int) -> (UInt64, UInt64) {
    h2 ^= Self.mix2(k2)
    h1 ^= Self.mix1(k1)
    length &+= UInt64(truncatingIfNeeded: byteCount)
    h1 ^= length
    h2 ^= length
    h1 &+= h2
    h2 &+= h1
    h1 = Self.avalanche(h1)
    h2 = Self.avalanche(h2)
    h1 &+= h2
    h2 &+= h1
    return (h1, h2)
  }

  @inline(__always)
  private static func mix1(_ k: UInt64) -> UInt64 { rotate(k &* c1, 31) &* c2 }

  @inline(__always)
  private static func mix2(_ k: UInt64) -> UInt64 { rotate(k &* c2, 33) &* c1 }

  @inline(__always)
  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value &<< count | value &>> (64 &- count)
  }

  @inline(__always)
  private static func avalanche(_ value: UInt64) -> UInt64 {
    var k = value
    k ^= k &>> 33
    k = k &* 0xff51_afd7_ed55_8ccd
    k ^= k &>> 33
    k = k &* 0xc4ce_b9fe_1a85_ec53
    return k ^ k &>> 33
  }
}

extension Murmur3 {
  /// The hash of raw bytes.
  static func hash(_ bytes: some Collection<UInt8>, seed: Int32) -> (UInt64, UInt64) {
    var murmur = Murmur3(seed: seed)
    var words: (UInt64, UInt64) = (0, 0)
    var count = 0
    for byte in bytes {
      let shifted = UInt64(byte) &<< UInt64(truncatingIfNeeded: 8 &* (count & 7))
      if count < 8 { words.0 |= shifted } else { words.1 |= shifted }
      count &+= 1
      guard count == 16 else { continue }
      murmur.block(words.0, words.1)
      words = (0, 0)
      count = 0
    }
    return murmur.finish(words.0, words.1, byteCount: count)
  }

  /// The hash of UTF-16 code units, low byte first.
  static func hash(codeUnits: some Sequence<UInt16>, seed: Int32) -> (UInt64, UInt64) {
    var murmur = Murmur3(seed: seed)
    var words: (UInt64, UInt64) = (0, 0)
    var count = 0
    for unit in codeUnits {
      let shifted = UInt64(unit) &<< UInt64(truncatingIfNeeded: 16 &* (count & 3))
      if count < 4 { words.0 |= shifted } else { words.1 |= shifted }
      count &+= 1
      guard count == 8 else { continue }
      murmur.block(words.0, words.1)
      words = (0, 0)
      count = 0
    }
    return murmur.finish(words.0, words.1, byteCount: 2 * count)
  }
}
