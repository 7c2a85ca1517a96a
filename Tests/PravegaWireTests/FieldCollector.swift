// SPDX-License-Identifier: Apache-2.0

import PravegaWire

/// A command's fields by name, as the recordings show them.
struct FieldCollector: FieldVisitor {
  enum Value: Equatable {
    case number(Int64)
    case flag(Bool)
    case text(String)
    case bytes([UInt8])
    case list([[Field]])
  }

  struct Field: Equatable {
    let name: String
    let kind: String
    let isTrailing: Bool
    let value: Value
  }

  private(set) var fields: [Field] = []
  private var nextIsTrailing = false

  static func collect(_ command: any WireCommand) throws -> [Field] {
    var collector = FieldCollector()
    var copy = command
    try copy.visit(&collector)
    return collector.fields
  }

  private mutating func add(_ name: StaticString, _ kind: String, _ value: Value) {
    // The recordings' field lists know an event as a whole, not its constant type.
    guard name.description != "type" else { return }
    fields.append(
      Field(name: name.description, kind: kind, isTrailing: nextIsTrailing, value: value))
    nextIsTrailing = false
  }

  mutating func hasMore(_ byteCount: Int) -> Bool {
    nextIsTrailing = true
    return true
  }

  mutating func int8(_ name: StaticString, _ value: inout Int8) {
    add(name, "i8", .number(Int64(value)))
  }
  mutating func int32(_ name: StaticString, _ value: inout Int32) {
    add(name, "i32", .number(Int64(value)))
  }
  mutating func derived(_ name: StaticString, _ value: inout Int32) {}
  mutating func int64(_ name: StaticString, _ value: inout Int64) {
    add(name, "i64", .number(value))
  }
  mutating func bool(_ name: StaticString, _ value: inout Bool) { add(name, "bool", .flag(value)) }
  mutating func uuid(_ name: StaticString, _ value: inout WireUUID) {
    add(name, "uuid", .text(value.description))
  }
  mutating func string(_ name: StaticString, _ value: inout String) {
    add(name, "utf", .text(value))
  }
  mutating func secret(_ name: StaticString, _ value: inout String) {
    add(name, "utf", .text(value))
  }
  mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) {
    add(name, "bytes", .bytes(value))
  }
  mutating func rest(_ name: StaticString, _ value: inout [UInt8]) {
    add(name, "rest", .bytes(value))
  }

  mutating func list<Element>(
    _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
    _ visit: (inout FieldCollector, inout Element) throws(WireError) -> Void
  ) throws(WireError) {
    let isTrailing = nextIsTrailing
    var items: [[Field]] = []
    for index in value.indices {
      var inner = FieldCollector()
      try visit(&inner, &value[index])
      items.append(inner.fields)
    }
    var sample = FieldCollector()
    var element = initial
    try visit(&sample, &element)
    nextIsTrailing = isTrailing
    add(name, "list of " + sample.fields.map(\.kind).joined(separator: ","), .list(items))
  }
}
