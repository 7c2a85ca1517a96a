// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// The order in which hash tables are iterated.
enum TableHash {
  /// The length of a sort key.
  static let length = 16

  /// The first half of the key's SHA-256, as two signed words: turned so that comparing bytes
  /// gives their order.
  static func sortKey(of key: [UInt8]) -> [UInt8] {
    flip(Array(digest(key).prefix(length)))
  }

  /// From a sort key to the hash that tokens carry, and back.
  static func flip(_ hash: [UInt8]) -> [UInt8] {
    var flipped = hash
    guard flipped.count == length else { return flipped }
    flipped[0] ^= 0x80
    flipped[8] ^= 0x80
    return flipped
  }

  private static func digest(_ bytes: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { target, count in
      var length: UInt32 = 0
      unsafe EVP_Digest(bytes, bytes.count, target.baseAddress, &length, EVP_sha256(), nil)
      count = Int(length)
    }
  }
}
