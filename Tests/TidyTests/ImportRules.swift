// SPDX-License-Identifier: Apache-2.0

/// Which target may import which, as `Package.swift` orders them: bottom up.
struct ImportRules {
  /// The targets that are not tests, in the manifest's order.
  let order: [String]

  /// Protocol targets do no I/O, and the command-line kit knows nothing of Pravega.
  static let independent: Set = [
    "PravegaWire", "PravegaHTTP2", "PravegaProtobuf", "PravegaCLIKit", "COpenSSL",
  ]

  init(order: [String]) { self.order = order }

  init(manifest: SourceFile) {
    var names: [String] = []
    let inTargets = manifest.text.split(separator: "targets: [\n", maxSplits: 1).last ?? ""
    let pattern =
      /(?:^|\n)\s*(?:library\(\s*|\.(?:target|systemLibrary|executableTarget)\(\s*name: )"([\w-]+)"/
    for match in inTargets.matches(of: pattern) { names.append(String(match.1)) }
    order = names
  }

  /// The target whose sources a folder holds.
  private func target(ofFolder folder: String) -> String {
    folder == "pravega" ? "pravega-cli" : folder
  }

  func violations(in file: SourceFile) -> [Violation] {
    guard file.isSource, file.isSwift else { return [] }
    let own = target(ofFolder: file.folder)
    guard let rank = order.firstIndex(of: own) else {
      return [Violation(path: file.path, line: 0, message: "'\(own)' is not in Package.swift")]
    }
    var found: [Violation] = []
    for (index, line) in file.code.enumerated() {
      guard let name = ImportRules.imported(line), let other = order.firstIndex(of: name) else {
        continue
      }
      if other >= rank || ImportRules.independent.contains(own) {
        found.append(
          Violation(
            path: file.path, line: index + 1,
            message: "\(own) must not import \(name): targets import only those above them"))
      }
    }
    return found
  }

  /// The module of an import line, whatever attributes and access level stand before it.
  static func imported(_ line: Substring) -> String? {
    let words = line.split(separator: " ")
    guard let position = words.firstIndex(of: "import"), position + 1 < words.count else {
      return nil
    }
    let modifiers = words[..<position]
    guard modifiers.allSatisfy({ $0.hasPrefix("@") || accessLevels.contains(String($0)) }) else {
      return nil
    }
    let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    let next = words[position + 1]
    let path =
      kinds.contains(String(next)) && position + 2 < words.count ? words[position + 2] : next
    return path.split(separator: ".").first.map(String.init)
  }

  private static let accessLevels: Set = [
    "internal", "package", "public", "private", "fileprivate",
  ]
}
