// SPDX-License-Identifier: Apache-2.0

import PravegaWire

/// One command of every kind, with something in every field.
enum Samples {
  static func all() throws -> [any WireCommand] {
    try CommandTable.rows.map { row in
      var filler = Filler()
      var command = row.type.init()
      try command.visit(&filler)
      return command
    }
  }

  /// A visitor that puts distinguishable values into fields.
  private struct Filler: FieldVisitor {
    private var next: UInt8 = 1

    private mutating func tick() -> UInt8 {
      next += 1
      return next
    }

    mutating func int8(_ name: StaticString, _ value: inout Int8) { value = Int8(tick()) }
    mutating func int32(_ name: StaticString, _ value: inout Int32) {
      // An event's type is always 0.
      if name.description != "type" { value = Int32(tick()) }
    }
    mutating func derived(_ name: StaticString, _ value: inout Int32) {}
    mutating func int64(_ name: StaticString, _ value: inout Int64) {
      value = Int64(tick()) << 32 | 7
    }
    mutating func bool(_ name: StaticString, _ value: inout Bool) { value = true }
    mutating func uuid(_ name: StaticString, _ value: inout WireUUID) {
      value = WireUUID(high: UInt64(tick()), low: .max)
    }
    mutating func string(_ name: StaticString, _ value: inout String) { value = "s\(tick())é" }
    mutating func secret(_ name: StaticString, _ value: inout String) { value = "token\(tick())" }
    mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) {
      value = [tick(), 0, 0xFF]
    }
    mutating func rest(_ name: StaticString, _ value: inout [UInt8]) { value = [tick(), 0, 0xFF] }
    mutating func hasMore(_ byteCount: Int) -> Bool { true }

    mutating func list<Element>(
      _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
      _ visit: (inout Filler, inout Element) throws(WireError) -> Void
    ) throws(WireError) {
      value = [initial, initial]
      for index in value.indices {
        // Twice: a key's version is visited only when the key is not empty.
        try visit(&self, &value[index])
        try visit(&self, &value[index])
      }
    }
  }
}
