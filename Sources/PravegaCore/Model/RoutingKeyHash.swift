// SPDX-License-Identifier: Apache-2.0

/// The place of a routing key in the key space [0, 1), the same as every other client's.
///
/// MurmurHash3 over the key's UTF-16 code units; the upper 52 bits of the first word are the
/// fraction.
package struct RoutingKeyHash: Sendable, Hashable {
  /// The first word of the hash.
  package let word: UInt64

  @inline(__always)
  package init(word: UInt64) { self.word = word }

  /// The place of a routing key.
  @inline(__always)
  package init(_ key: String) {
    word = RoutingKeyHash.hash(key, seed: JavaStringHash.eventRouter).0
  }

  /// The place of a key given by its code units, unpaired surrogates included.
  package init(codeUnits: some Sequence<UInt16>) {
    word = Murmur3.hash(codeUnits: codeUnits, seed: JavaStringHash.eventRouter).0
  }

  /// A place anywhere, for an event without a routing key.
  package static func random() -> RoutingKeyHash {
    RoutingKeyHash(word: UInt64.random(in: .min ... .max))
  }

  /// The place in [0, 1), a multiple of 2^-52.
  @inline(__always)
  package var fraction: Double { RoutingKeyHash.fraction(of: word) }

  @inline(__always)
  package static func fraction(of word: UInt64) -> Double {
    Double(bitPattern: 0x3ff0_0000_0000_0000 | word &>> 12) - 1
  }

  /// The place of a key, for those who need nothing else.
  package static func fraction(of key: String) -> Double { RoutingKeyHash(key).fraction }

  /// The hash of a string's UTF-16 code units. Keys in ASCII are hashed without leaving UTF-8.
  package static func hash(_ key: String, seed: Int32) -> (UInt64, UInt64) {
    let ascii = unsafe key.utf8.withContiguousStorageIfAvailable {
      unsafe hashASCII($0, seed: seed)
    }
    if let ascii, let hash = ascii { return hash }
    return Murmur3.hash(codeUnits: key.utf16, seed: seed)
  }

  /// Nil when the bytes are not all ASCII.
  @inline(__always)
  private static func hashASCII(
    _ key: UnsafeBufferPointer<UInt8>, seed: Int32
  ) -> (UInt64, UInt64)? {
    var murmur = Murmur3(seed: seed)
    let bytes = UnsafeRawBufferPointer(key)
    var offset = 0
    while bytes.count &- offset >= 8 {
      let eight = unsafe UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      guard eight & 0x8080_8080_8080_8080 == 0 else { return nil }
      murmur.block(widen(eight & 0xffff_ffff), widen(eight &>> 32))
      offset &+= 8
    }
    let left = bytes.count &- offset
    var tail: UInt64 = 0
    for index in 0..<left {
      tail |= unsafe UInt64(bytes[offset &+ index]) &<< UInt64(truncatingIfNeeded: 8 &* index)
    }
    guard tail & 0x8080_8080_8080_8080 == 0 else { return nil }
    return murmur.finish(
      widen(tail & 0xffff_ffff), widen(tail &>> 32), byteCount: 2 &* left)
  }

  /// Four bytes as four 16-bit code units.
  @inline(__always)
  private static func widen(_ bytes: UInt64) -> UInt64 {
    let pairs = (bytes | bytes &<< 16) & 0x0000_ffff_0000_ffff
    return (pairs | pairs &<< 8) & 0x00ff_00ff_00ff_00ff
  }
}

/// Java's `String.hashCode()`, from which the seeds of all hashes are made.
package enum JavaStringHash {
  package static let eventRouter: Int32 = 1_741_865_571
  package static let keyValueTableRouter: Int32 = -2_020_233_499
  package static let segmentAttribute: Int32 = 817_748_169

  package static func hash(_ string: String) -> Int32 {
    string.utf16.reduce(0) { $0 &* 31 &+ Int32($1) }
  }
}

/// Hashes that serve other purposes than routing events.
package enum SegmentHash {
  /// The place of a key-value table's primary key among the table's partitions.
  package static func tableFraction(primaryKey: some Collection<UInt8>) -> Double {
    let hash = Murmur3.hash(primaryKey, seed: JavaStringHash.keyValueTableRouter)
    return RoutingKeyHash.fraction(of: hash.0)
  }

  /// How much a reader would rather give up a segment than its others, in [0, 1).
  package static func releasePreference(of segment: Segment, reader: String) -> Double {
    let seed = JavaStringHash.hash(reader)
    return RoutingKeyHash.fraction(of: RoutingKeyHash.hash(segment.qualifiedName, seed: seed).0)
  }

  /// The id of a segment attribute that Java names by a word.
  package static func attributeID(_ name: String) -> UniqueID {
    let hash = RoutingKeyHash.hash(name, seed: JavaStringHash.segmentAttribute)
    return UniqueID(high: hash.0.byteSwapped, low: hash.1.byteSwapped)
  }
}
