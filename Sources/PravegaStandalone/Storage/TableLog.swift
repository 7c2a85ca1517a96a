// SPDX-License-Identifier: Apache-2.0

/// The stored form of a table: entries one behind the other.
///
/// One byte of format version, key length and value length (-1: a removal), the version the key
/// keeps when its entry is moved, key, value.
enum TableLog {
  static let headerSize = 17

  static func entrySize(_ keyLength: Int, _ valueLength: Int) -> Int {
    headerSize + keyLength + valueLength
  }

  static func appendEntry(
    to log: inout [UInt8], key: [UInt8], value: [UInt8], version: Int64 = TableVersion.none
  ) {
    appendHeader(to: &log, key.count, Int32(value.count), version)
    log += key
    log += value
  }

  static func appendRemoval(to log: inout [UInt8], key: [UInt8]) {
    appendHeader(to: &log, key.count, -1, TableVersion.none)
    log += key
  }

  private static func appendHeader(
    to log: inout [UInt8], _ keyLength: Int, _ valueLength: Int32, _ version: Int64
  ) {
    log.append(0)
    unsafe withUnsafeBytes(of: Int32(keyLength).bigEndian) { unsafe log.append(contentsOf: $0) }
    unsafe withUnsafeBytes(of: valueLength.bigEndian) { unsafe log.append(contentsOf: $0) }
    unsafe withUnsafeBytes(of: version.bigEndian) { unsafe log.append(contentsOf: $0) }
  }

  /// The fixed part of an entry.
  struct Header {
    let keyLength: Int
    /// Nil: a removal.
    let valueLength: Int?
    let version: Int64

    /// Nil if these bytes are not the beginning of an entry.
    init?(_ bytes: [UInt8]) {
      guard bytes.count == headerSize, bytes[0] == 0 else { return nil }
      let key = Int32(truncatingIfNeeded: integer(bytes[1..<5]))
      let value = Int32(truncatingIfNeeded: integer(bytes[5..<9]))
      guard (1...Int32(TableLimits.longestKey)).contains(key), value >= -1,
        value <= TableLimits.largestEntry
      else { return nil }
      keyLength = Int(key)
      valueLength = value < 0 ? nil : Int(value)
      version = Int64(bitPattern: integer(bytes[9..<17]))
    }

    var entrySize: Int { TableLog.entrySize(keyLength, valueLength ?? 0) }
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}
