// SPDX-License-Identifier: Apache-2.0

/// Appends fields to a byte array.
package struct WireEncoder: FieldVisitor {
  package var output: [UInt8]

  package init(_ output: [UInt8] = []) { self.output = output }

  package mutating func put<T: FixedWidthInteger>(_ value: T) {
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe output.append(contentsOf: $0) }
  }

  package mutating func int8(_ name: StaticString, _ value: inout Int8) { put(value) }
  package mutating func int32(_ name: StaticString, _ value: inout Int32) { put(value) }
  package mutating func int64(_ name: StaticString, _ value: inout Int64) { put(value) }
  package mutating func bool(_ name: StaticString, _ value: inout Bool) {
    output.append(value ? 1 : 0)
  }

  package mutating func uuid(_ name: StaticString, _ value: inout WireUUID) {
    put(value.high)
    put(value.low)
  }

  package mutating func string(_ name: StaticString, _ value: inout String) throws(WireError) {
    let start = output.count
    put(UInt16(0))
    WireText.encode(value, into: &output)
    let length = output.count - start - 2
    guard let short = UInt16(exactly: length) else { throw .tooLong(field: "\(name)") }
    output[start] = UInt8(short >> 8)
    output[start + 1] = UInt8(short & 0xff)
  }

  package mutating func secret(_ name: StaticString, _ value: inout String) throws(WireError) {
    try string(name, &value)
  }

  package mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) throws(WireError) {
    guard let count = Int32(exactly: value.count) else { throw .tooLong(field: "\(name)") }
    put(count)
    output.append(contentsOf: value)
  }

  package mutating func rest(_ name: StaticString, _ value: inout [UInt8]) {
    output.append(contentsOf: value)
  }

  package mutating func hasMore(_ byteCount: Int) -> Bool { true }

  package mutating func list<Element>(
    _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
    _ visit: (inout WireEncoder, inout Element) throws(WireError) -> Void
  ) throws(WireError) {
    guard let count = Int32(exactly: value.count) else { throw .tooLong(field: "\(name)") }
    put(count)
    for index in value.indices { try visit(&self, &value[index]) }
  }
}

extension WireCommand {
  /// The whole frame.
  package func encoded() throws(WireError) -> [UInt8] {
    var encoder = WireEncoder()
    encoder.put(Self.code)
    encoder.put(Int32(0))
    var copy = self
    try copy.visit(&encoder)
    let length = encoder.output.count - WireLimits.headerByteCount
    guard length <= WireLimits.maxPayloadToClient else { throw .tooLong(field: Self.name) }
    for index in 0..<4 { encoder.output[4 + index] = UInt8(length >> (24 - 8 * index) & 0xff) }
    return encoder.output
  }
}
