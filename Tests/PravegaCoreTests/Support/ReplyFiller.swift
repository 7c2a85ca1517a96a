// SPDX-License-Identifier: Apache-2.0

import PravegaWire

/// Puts one number into every request id of a reply, another into every other 64-bit field, and
/// something into everything else.
struct ReplyFiller: FieldVisitor {
  let requestID: Int64
  let number: Int64
  private(set) var hasRequestID = false

  init(requestID: Int64 = 0x0606, number: Int64 = 0x0606) {
    self.requestID = requestID
    self.number = number
  }

  mutating func int8(_ name: StaticString, _ value: inout Int8) { value = 9 }
  mutating func int32(_ name: StaticString, _ value: inout Int32) {
    if name.description != "type" { value = 0x0707 }
  }
  mutating func derived(_ name: StaticString, _ value: inout Int32) {}
  mutating func int64(_ name: StaticString, _ value: inout Int64) {
    let isID = name.description == "requestId"
    if isID { hasRequestID = true }
    value = isID ? requestID : number
  }
  mutating func bool(_ name: StaticString, _ value: inout Bool) { value = true }
  mutating func uuid(_ name: StaticString, _ value: inout WireUUID) {
    value = WireUUID(high: 0x0505, low: 0x0404)
  }
  mutating func string(_ name: StaticString, _ value: inout String) { value = "sé" }
  mutating func secret(_ name: StaticString, _ value: inout String) { value = "t" }
  mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) { value = [1, 0, 0xFF] }
  mutating func rest(_ name: StaticString, _ value: inout [UInt8]) { value = [1, 0, 0xFF] }
  mutating func hasMore(_ byteCount: Int) -> Bool { true }
  mutating func list<Element>(
    _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
    _ visit: (inout ReplyFiller, inout Element) throws(WireError) -> Void
  ) throws(WireError) {
    value = [initial]
    try visit(&self, &value[0])
  }
}
