// SPDX-License-Identifier: Apache-2.0

/// What users may name, and what the names look like that the library derives from them.
package enum Names {
  /// Things that users name.
  package enum Kind: String, Sendable {
    case scope, stream
    case readerGroup = "reader group"
    case reader, writer
    case table = "key-value table"

    /// The longest name, in UTF-16 code units as Java counts.
    var maxLength: Int { self == .scope ? 255 : 250 }
  }

  /// The longest name of a scope or stream that the library itself may make.
  package static let maxInternalLength = 255

  /// The state stream of a reader group is called like this and the group's name.
  package static let readerGroupPrefix = "_RG"
  /// The stream of watermarks is called like this and the stream's name.
  package static let markPrefix = "_MARK"
  package static let tableSuffix = "_kvtable"

  /// The stream that holds the state of a reader group.
  package static func stateStream(ofGroup group: String) -> String { readerGroupPrefix + group }

  /// The stream that holds the watermarks of a stream.
  package static func markStream(of stream: String) -> String { markPrefix + stream }

  /// The name under which the segments of a key-value table are stored.
  package static func segmentStream(ofTable table: String) -> String { table + tableSuffix }

  /// Checks a name that a user gives to something.
  package static func check(_ name: String, as kind: Kind) throws(PravegaError) {
    let subject = "The \(kind.rawValue) name '\(printable(name))'"
    if name.utf8.first == UInt8(ascii: "_") {
      throw refusal("\(subject) is reserved, because it begins with an underscore.")
    }
    try check(name, subject, maxLength: kind.maxLength, hint: "Choose a shorter name.")
  }

  /// Checks a name that may also be internal, that is start with an underscore.
  package static func checkInternal(_ name: String, as kind: Kind) throws(PravegaError) {
    let subject = "The \(kind.rawValue) name '\(printable(name))'"
    let body = name.utf8.first == UInt8(ascii: "_") ? String(name.dropFirst()) : name
    try check(body, subject, maxLength: maxInternalLength, hint: "Check the name.")
    guard name.utf8.count <= maxInternalLength else {
      throw refusal("\(subject) has more than \(maxInternalLength) characters.")
    }
  }

  private static func check(
    _ name: String, _ subject: String, maxLength: Int, hint: String
  ) throws(PravegaError) {
    guard !name.isEmpty else { throw refusal("\(subject) is empty.") }
    if let wrong = name.unicodeScalars.first(where: { !isAllowed($0) }) {
      throw refusal("\(subject) contains \(describe(wrong)).")
    }
    guard name.utf8.count <= maxLength else {
      throw refusal(
        "\(subject) has \(name.utf8.count) characters; at most \(maxLength) are allowed.",
        hint: hint)
    }
  }

  private static func refusal(
    _ message: String, hint: String = "Use letters, digits, '.' and '-' only."
  ) -> PravegaError {
    PravegaError(.invalidArgument, message, hint: hint)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", ".", "-": true
    default: false
    }
  }

  private static func describe(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case " ": "a space"
    case "_": "an underscore"
    case "!"..."~": "'\(scalar)'"
    default: "the character U+" + hexadecimal(scalar.value)
    }
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  /// The name without control characters and not endless, for a message.
  private static func printable(_ name: String) -> String {
    let scalars = name.unicodeScalars.prefix(64).map { $0.value < 0x20 ? "\u{fffd}" : $0 }
    let cut = name.unicodeScalars.count > 64 ? "..." : ""
    return String(String.UnicodeScalarView(scalars)) + cut
  }
}
