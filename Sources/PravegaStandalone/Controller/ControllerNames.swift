// SPDX-License-Identifier: Apache-2.0

/// Which names the controller accepts. Lengths count UTF-16 units, as Java does.
enum ControllerNames {
  static let systemScope = "_system"
  static let markPrefix = "_MARK"
  static let groupPrefix = "_RG"
  static let tableSuffix = "_kvtable"
  static let longestName = 255
  /// Five less, so that prefixes and suffixes fit.
  static let longestUserName = 250

  /// The rule for scopes and streams: one leading underscore is allowed.
  static func isValid(_ name: String) -> Bool {
    let body = name.utf8.first == UInt8(ascii: "_") ? name.utf8.dropFirst() : name.utf8[...]
    return !body.isEmpty && body.allSatisfy(isAllowed) && name.utf8.count <= longestName
  }

  /// The rule for reader groups and key-value tables.
  static func isValidUserName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy(isAllowed) && name.utf8.count <= longestUserName
  }

  static func isInternal(_ name: String) -> Bool { name.utf8.first == UInt8(ascii: "_") }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
