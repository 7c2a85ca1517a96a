// SPDX-License-Identifier: Apache-2.0

/// Reads fields from received memory.
@safe
package struct WireDecoder: FieldVisitor {
  private let input: UnsafeRawBufferPointer
  package private(set) var offset = 0

  package init(_ input: UnsafeRawBufferPointer) { unsafe self.input = input }

  package var remaining: Int { unsafe input.count - offset }

  package mutating func take<T: FixedWidthInteger>(
    _ name: StaticString, as type: T.Type = T.self
  ) throws(WireError) -> T {
    let size = MemoryLayout<T>.size
    guard remaining >= size else { throw .truncated(field: "\(name)") }
    defer { offset += size }
    return unsafe T(bigEndian: input.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// The next bytes, borrowed.
  package mutating func borrow(
    _ count: Int, _ name: StaticString
  ) throws(WireError) -> UnsafeRawBufferPointer {
    guard count >= 0, remaining >= count else { throw .truncated(field: "\(name)") }
    defer { offset += count }
    return unsafe UnsafeRawBufferPointer(rebasing: input[offset..<offset + count])
  }

  package mutating func int8(_ name: StaticString, _ value: inout Int8) throws(WireError) {
    value = try take(name)
  }

  package mutating func int32(_ name: StaticString, _ value: inout Int32) throws(WireError) {
    value = try take(name)
  }

  package mutating func int64(_ name: StaticString, _ value: inout Int64) throws(WireError) {
    value = try take(name)
  }

  package mutating func bool(_ name: StaticString, _ value: inout Bool) throws(WireError) {
    value = try take(name, as: UInt8.self) != 0
  }

  package mutating func uuid(_ name: StaticString, _ value: inout WireUUID) throws(WireError) {
    value.high = try take(name)
    value.low = try take(name)
  }

  package mutating func string(_ name: StaticString, _ value: inout String) throws(WireError) {
    let count = Int(try take(name, as: UInt16.self))
    let bytes = try unsafe borrow(count, name)
    guard let text = unsafe WireText.decode(bytes) else { throw .invalid(field: "\(name)") }
    value = text
  }

  package mutating func secret(_ name: StaticString, _ value: inout String) throws(WireError) {
    try string(name, &value)
  }

  package mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) throws(WireError) {
    let count = Int(try take(name, as: Int32.self))
    value = try unsafe [UInt8](borrow(count, name))
  }

  package mutating func rest(_ name: StaticString, _ value: inout [UInt8]) throws(WireError) {
    value = try unsafe [UInt8](borrow(remaining, name))
  }

  package mutating func hasMore(_ byteCount: Int) -> Bool { remaining >= byteCount }

  package mutating func list<Element>(
    _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
    _ visit: (inout WireDecoder, inout Element) throws(WireError) -> Void
  ) throws(WireError) {
    let count = Int(try take(name, as: Int32.self))
    guard count >= 0 else { throw .invalid(field: "\(name)") }
    // No more elements than the frame has room for, so that a count cannot allocate at will.
    guard count <= remaining / max(1, least) else { throw .truncated(field: "\(name)") }
    value = []
    value.reserveCapacity(count)
    for _ in 0..<count {
      var element = initial
      try visit(&self, &element)
      value.append(element)
    }
  }
}

extension WireCommand {
  /// Decodes a payload; bytes after the known fields are ignored.
  package init(payload: UnsafeRawBufferPointer) throws(WireError) {
    var decoder = unsafe WireDecoder(payload)
    self.init()
    try visit(&decoder)
  }
}
