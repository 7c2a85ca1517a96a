// SPDX-License-Identifier: Apache-2.0

/// Writes the primitive encodings that revisions are made of.
///
/// A value that its encoding cannot hold is remembered in ``failure`` instead of thrown, so that
/// field lists read as lists; ``Envelope`` looks at it once at the end.
package struct RevisionWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  package private(set) var failure: SerializationError?

  package init() {}

  package mutating func byte(_ value: UInt8) { bytes.append(value) }

  package mutating func boolean(_ value: Bool) { bytes.append(value ? 1 : 0) }

  package mutating func int32(_ value: Int32) { bigEndian(UInt32(bitPattern: value)) }

  package mutating func int64(_ value: Int64) { bigEndian(UInt64(bitPattern: value)) }

  package mutating func double(_ value: Double) { bigEndian(value.bitPattern) }

  package mutating func uuid(_ value: UniqueID) {
    bigEndian(value.high)
    bigEndian(value.low)
  }

  package mutating func utf(_ value: String) {
    let count = ModifiedUTF8.byteCount(of: value)
    guard let length = UInt16(exactly: count) else {
      return fail("string of \(count) bytes; the format holds \(ModifiedUTF8.maxByteCount)")
    }
    bigEndian(length)
    ModifiedUTF8.append(value, to: &bytes)
  }

  package mutating func compactInt(_ value: Int) {
    switch value {
    case 0...0x7f: bytes.append(UInt8(truncatingIfNeeded: value))
    case 0x80...0x3fff: bigEndian(UInt16(truncatingIfNeeded: value) | 0x8000)
    case 0x4000...CompactLimits.maxInt: bigEndian(UInt32(truncatingIfNeeded: value) | 0xc000_0000)
    default: fail("\(value) does not fit a compact integer")
    }
  }

  package mutating func compactLong(_ value: Int64) {
    switch value {
    case 0...0x3f: bytes.append(UInt8(truncatingIfNeeded: value))
    case 0x40...0x3fff: bigEndian(UInt16(truncatingIfNeeded: value) | 0x4000)
    case 0x4000...0x3fff_ffff: bigEndian(UInt32(truncatingIfNeeded: value) | 0x8000_0000)
    case 0x4000_0000...CompactLimits.maxLong:
      bigEndian(UInt64(bitPattern: value) | 0xc000_0000_0000_0000)
    default: fail("\(value) does not fit a compact long")
    }
  }

  package mutating func compactSignedLong(_ value: Int64) {
    let sign: UInt64 = value < 0 ? 1 : 0
    let magnitude = UInt64(bitPattern: value < 0 ? ~value : value)
    switch magnitude {
    case 0...0x1f: bytes.append(UInt8(truncatingIfNeeded: sign << 7 | magnitude))
    case 0x20...0x1fff: bigEndian(UInt16(truncatingIfNeeded: sign << 15 | 0x2000 | magnitude))
    case 0x2000...0x1fff_ffff:
      bigEndian(UInt32(truncatingIfNeeded: sign << 31 | 0x4000_0000 | magnitude))
    case 0x2000_0000...UInt64(CompactLimits.maxSignedLong):
      bigEndian(sign << 63 | 0x6000_0000_0000_0000 | magnitude)
    default: fail("\(value) does not fit a compact signed long")
    }
  }

  package mutating func byteArray(_ value: [UInt8]) {
    compactInt(value.count)
    bytes.append(contentsOf: value)
  }

  /// Bytes that carry their own end: an envelope embedded inline.
  package mutating func raw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

  package mutating func collection<C: Collection>(
    _ elements: C, _ write: (inout RevisionWriter, C.Element) -> Void
  ) {
    compactInt(elements.count)
    for element in elements { write(&self, element) }
  }

  private mutating func bigEndian<I: FixedWidthInteger>(_ value: I) {
    var shift = I.bitWidth
    while shift > 0 {
      shift -= 8
      bytes.append(UInt8(truncatingIfNeeded: value >> I(truncatingIfNeeded: shift)))
    }
  }

  package mutating func fail(_ reason: String) {
    if failure == nil { failure = SerializationError(reason) }
  }
}

/// The largest values of the compact encodings.
package enum CompactLimits {
  package static let maxInt = 0x3fff_fffe
  package static let maxLong: Int64 = (1 << 62) - 2
  package static let maxSignedLong: Int64 = (1 << 61) - 2
  package static let minSignedLong: Int64 = -(1 << 61) + 1
}
