// SPDX-License-Identifier: Apache-2.0

/// Reads the primitive encodings that revisions are made of, from bytes that nobody vouches for.
///
/// Every read is checked against the end of the data; counts are checked against what the rest of
/// the data can hold before anything is reserved for them.
package struct RevisionReader: Sendable {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  private init(_ bytes: [UInt8], from start: Int, to end: Int) {
    self.bytes = bytes
    position = start
    self.end = end
  }

  package var remaining: Int { end - position }

  /// Room is made for so many elements at once; announcing more costs a peer their bytes first.
  static let mostReserved = 4096

  /// A reader of the next `count` bytes, which are skipped here.
  package mutating func slice(_ count: Int) throws(SerializationError) -> RevisionReader {
    let start = try advance(count)
    return RevisionReader(bytes, from: start, to: start + count)
  }

  package mutating func byte() throws(SerializationError) -> UInt8 { bytes[try advance(1)] }

  package mutating func boolean() throws(SerializationError) -> Bool { try byte() != 0 }

  package mutating func int32() throws(SerializationError) -> Int32 {
    Int32(truncatingIfNeeded: try bigEndian(4))
  }

  package mutating func int64() throws(SerializationError) -> Int64 {
    Int64(bitPattern: try bigEndian(8))
  }

  package mutating func double() throws(SerializationError) -> Double {
    Double(bitPattern: try bigEndian(8))
  }

  package mutating func uuid() throws(SerializationError) -> UniqueID {
    let high = try bigEndian(8)
    return UniqueID(high: high, low: try bigEndian(8))
  }

  package mutating func utf() throws(SerializationError) -> String {
    let count = Int(try bigEndian(2))
    let start = try advance(count)
    return try ModifiedUTF8.decode(bytes[start..<start + count])
  }

  package mutating func compactInt() throws(SerializationError) -> Int {
    switch try peek() >> 6 {
    case 0, 1: Int(try bigEndian(1))
    case 2: Int(try bigEndian(2) & 0x3fff)
    default: Int(try bigEndian(4) & 0x3fff_ffff)
    }
  }

  package mutating func compactLong() throws(SerializationError) -> Int64 {
    let width = 1 << Int(try peek() >> 6)
    let mask = UInt64.max >> UInt64(66 - 8 * width)
    return Int64(truncatingIfNeeded: try bigEndian(width) & mask)
  }

  package mutating func compactSignedLong() throws(SerializationError) -> Int64 {
    let first = try peek()
    let width = 1 << Int((first >> 5) & 3)
    let mask = UInt64.max >> UInt64(67 - 8 * width)
    let magnitude = Int64(truncatingIfNeeded: try bigEndian(width) & mask)
    return first & 0x80 == 0 ? magnitude : ~magnitude
  }

  package mutating func byteArray() throws(SerializationError) -> [UInt8] {
    try bytes(try compactInt())
  }

  package mutating func bytes(_ count: Int) throws(SerializationError) -> [UInt8] {
    let start = try advance(count)
    return Array(bytes[start..<start + count])
  }

  /// The number of elements that follow, each of which takes at least `minimumSize` bytes.
  package mutating func count(minimumSize: Int) throws(SerializationError) -> Int {
    let count = try compactInt()
    guard count <= remaining / minimumSize else {
      throw SerializationError("\(count) elements announced where \(remaining) bytes are left")
    }
    return count
  }

  package mutating func collection<Element>(
    minimumSize: Int = 1, _ read: (inout RevisionReader) throws(SerializationError) -> Element
  ) throws(SerializationError) -> [Element] {
    let count = try count(minimumSize: minimumSize)
    var elements: [Element] = []
    elements.reserveCapacity(min(count, RevisionReader.mostReserved))
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }

  private func peek() throws(SerializationError) -> UInt8 {
    guard position < end else { throw SerializationError("data ends too early") }
    return bytes[position]
  }

  private mutating func bigEndian(_ count: Int) throws(SerializationError) -> UInt64 {
    let start = try advance(count)
    return bytes[start..<start + count].reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func advance(_ count: Int) throws(SerializationError) -> Int {
    guard count >= 0, count <= remaining else {
      throw SerializationError("data ends too early: \(count) bytes needed, \(remaining) left")
    }
    defer { position += count }
    return position
  }
}
