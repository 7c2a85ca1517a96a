// SPDX-License-Identifier: Apache-2.0

/// The gzip format (RFC 1952): reads what any compressor wrote, writes without compressing.
///
/// The texts concerned are short and rare, and every reader accepts stored blocks.
package enum Gzip {
  private static let magic: [UInt8] = [0x1f, 0x8b, 8]
  private static let maxStoredBlock = 65_535

  package static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var output = magic + [0, 0, 0, 0, 0, 0, 0xff]
    var start = 0
    repeat {
      let end = min(start + maxStoredBlock, bytes.count)
      let length = UInt16(end - start)
      output.append(end == bytes.count ? 1 : 0)
      append(length, to: &output)
      append(~length, to: &output)
      output.append(contentsOf: bytes[start..<end])
      start = end
    } while start < bytes.count
    append(CRC32.checksum(bytes), to: &output)
    append(UInt32(truncatingIfNeeded: bytes.count), to: &output)
    return output
  }

  package static func decompress(
    _ bytes: [UInt8], maxOutput: Int
  ) throws(SerializationError) -> [UInt8] {
    let (output, rest) = try Inflate.decompress(try body(of: bytes), maxOutput: maxOutput)
    guard rest.count >= 8 else { throw SerializationError("gzip data ends too early") }
    let trailer = Array(rest.prefix(8))
    guard number(trailer[0..<4]) == CRC32.checksum(output),
      number(trailer[4..<8]) == UInt32(truncatingIfNeeded: output.count)
    else { throw SerializationError("the checksum of gzip data is wrong") }
    return output
  }

  /// What follows the header and its optional fields.
  private static func body(of bytes: [UInt8]) throws(SerializationError) -> ArraySlice<UInt8> {
    guard bytes.starts(with: magic), bytes.count > 10 else {
      throw SerializationError("these bytes are not gzip data")
    }
    let flags = bytes[3]
    var rest = bytes[10...]
    if flags & 4 != 0 {
      guard rest.count >= 2 else { throw SerializationError("gzip data ends too early") }
      let low = Int(rest.removeFirst())
      rest = rest.dropFirst(low | Int(rest.removeFirst()) << 8)
    }
    if flags & 8 != 0 { rest = rest.drop { $0 != 0 }.dropFirst() }
    if flags & 16 != 0 { rest = rest.drop { $0 != 0 }.dropFirst() }
    if flags & 2 != 0 { rest = rest.dropFirst(2) }
    return rest
  }

  private static func append<I: FixedWidthInteger>(_ value: I, to bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: I.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> I(truncatingIfNeeded: shift)))
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
