// SPDX-License-Identifier: Apache-2.0

/// Writes a command as one line: its name and its fields in wire order. Secrets are masked, long
/// data is cut.
package struct WireDump: FieldVisitor {
  package private(set) var fields: [String] = []
  private static let shownBytes = 16

  package static func line(_ command: any WireCommand) -> String {
    var dump = WireDump()
    var copy = command
    // The dump's visitor methods never throw.
    try? copy.visit(&dump)
    return ([type(of: command).name] + dump.fields).joined(separator: " ")
  }

  private mutating func add(_ name: StaticString, _ text: String) {
    fields.append("\(name)=\(text)")
  }

  package mutating func int8(_ name: StaticString, _ value: inout Int8) { add(name, "\(value)") }
  package mutating func int32(_ name: StaticString, _ value: inout Int32) { add(name, "\(value)") }
  package mutating func derived(_ name: StaticString, _ value: inout Int32) {}
  package mutating func int64(_ name: StaticString, _ value: inout Int64) {
    add(name, value == .min ? "min" : "\(value)")
  }
  package mutating func bool(_ name: StaticString, _ value: inout Bool) { add(name, "\(value)") }
  package mutating func uuid(_ name: StaticString, _ value: inout WireUUID) {
    add(name, "\(value)")
  }
  package mutating func string(_ name: StaticString, _ value: inout String) {
    add(name, value.debugDescription)
  }
  package mutating func secret(_ name: StaticString, _ value: inout String) {
    add(name, value.isEmpty ? "\"\"" : "***")
  }
  package mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) {
    addBytes(name, value)
  }
  package mutating func rest(_ name: StaticString, _ value: inout [UInt8]) { addBytes(name, value) }
  package mutating func hasMore(_ byteCount: Int) -> Bool { true }

  package mutating func list<Element>(
    _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
    _ visit: (inout WireDump, inout Element) throws(WireError) -> Void
  ) throws(WireError) {
    var parts: [String] = []
    for index in value.indices.prefix(Self.shownBytes) {
      var inner = WireDump()
      try visit(&inner, &value[index])
      parts.append("{" + inner.fields.joined(separator: " ") + "}")
    }
    if value.count > parts.count { parts.append("+\(value.count - parts.count)") }
    add(name, "[" + parts.joined(separator: " ") + "]")
  }

  private mutating func addBytes(_ name: StaticString, _ value: [UInt8]) {
    let hex = value.prefix(Self.shownBytes).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    let dots = value.count > Self.shownBytes ? ".." : ""
    add(name, "\(value.count):\(hex.joined())\(dots)")
  }
}
