// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `SCOPE/STREAM` as a person types it, checked before anybody is asked.
struct StreamName: Sendable, CustomStringConvertible {
  var scope: String
  var stream: String

  var description: String { scope + "/" + stream }

  static let argument = Argument("SCOPE/STREAM", "the scope, a slash, and the stream in it")

  init(_ invocation: Invocation) throws {
    let text = invocation.arguments.first ?? ""
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else {
      throw invocation.usage("'\(text)' is not SCOPE/STREAM, for example demo/events")
    }
    scope = try StreamName.checked(parts[0], "scope", limit: 255, invocation)
    stream = try StreamName.checked(parts[1], "stream", limit: 250, invocation)
  }

  static func scope(_ invocation: Invocation) throws -> String {
    try checked(invocation.arguments.first ?? "", "scope", limit: 255, invocation)
  }

  /// Makes no internal scopes and streams.
  func checkNew(_ invocation: Invocation) throws {
    try StreamName.checkNew(scope, "scope", invocation)
    try StreamName.checkNew(stream, "stream", invocation)
  }

  static func checkNew(_ name: String, _ what: String, _ invocation: Invocation) throws {
    guard name.hasPrefix("_") else { return }
    throw invocation.usage(
      "'\(name)' cannot be a new \(what)'s name: those that begin with an underscore are reserved")
  }

  /// The rules of the controller for names that users choose. Names that begin with an underscore
  /// are internal ones; they can be looked at and read, so they pass here.
  static func checked(
    _ name: String, _ what: String, limit: Int, _ invocation: Invocation
  ) throws -> String {
    guard !name.isEmpty else { throw invocation.usage("the \(what)'s name is empty") }
    guard name.utf16.count <= limit else {
      throw invocation.usage(
        "the \(what)'s name has \(name.utf16.count) characters; at most \(limit) are allowed")
    }
    let body = name.hasPrefix("_") ? name.dropFirst() : name[...]
    let isAllowed = { (c: Character) in
      c.isASCII && (c.isLetter || c.isNumber) || c == "." || c == "-"
    }
    if let bad = body.first(where: { !isAllowed($0) }) {
      let shown = bad == " " ? "a space" : "'\(bad)'"
      throw invocation.usage(
        "'\(name)' cannot be a \(what)'s name: \(shown) is in it; "
          + "letters, digits, '.' and '-' are allowed")
    }
    return name
  }
}
