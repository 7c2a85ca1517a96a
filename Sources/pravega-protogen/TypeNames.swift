// SPDX-License-Identifier: Apache-2.0

/// What the generator cannot do, or was not given.
enum GeneratorError: Error, CustomStringConvertible {
  case usage
  case unsupported(String)
  case unknownType(String)

  var description: String {
    switch self {
    case .usage: "usage: pravega-protogen DESCRIPTOR_SET OUTPUT_FOLDER"
    case .unsupported(let what): "the generator does not support \(what)"
    case .unknownType(let name): "\(name) is not in the package"
    }
  }
}

/// From the names of descriptors, `.package.Outer.Inner`, to those of Swift.
struct TypeNames {
  /// The enum that all generated types live in.
  let namespace: String
  let package: String

  func swiftName(_ protobufName: String) throws(GeneratorError) -> String {
    let prefix = "." + package + "."
    guard protobufName.hasPrefix(prefix) else { throw .unknownType(protobufName) }
    return namespace + "." + protobufName.dropFirst(prefix.count)
  }
}

/// A name that Swift takes as it is, in backticks if it is a keyword.
func swiftIdentifier(_ name: String) -> String {
  let keywords: Set = [
    "as", "break", "case", "class", "continue", "default", "defer", "do", "else", "enum",
    "extension", "false", "for", "func", "if", "import", "in", "init", "internal", "is", "let",
    "nil", "operator", "private", "protocol", "public", "repeat", "return", "self", "static",
    "struct", "subscript", "super", "switch", "throw", "throws", "true", "try", "var", "where",
    "while",
  ]
  return keywords.contains(name) ? "`\(name)`" : name
}

/// `SCOPE_NOT_FOUND` and `RetentionService` as Swift cases: `scopeNotFound`, `retentionService`.
func swiftCase(_ name: String) -> String {
  guard name == name.uppercased() else {
    return swiftIdentifier(name.prefix(1).lowercased() + name.dropFirst())
  }
  let words = name.lowercased().split(separator: "_")
  let rest = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
  return swiftIdentifier((words.prefix(1).map(String.init) + rest).joined())
}
