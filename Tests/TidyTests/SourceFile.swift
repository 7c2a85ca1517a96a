// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file of the repository as the rules see it: its text, and its code without comments and strings.
struct SourceFile {
  /// Relative to the repository: `Sources/PravegaNet/Endpoint.swift`.
  let path: String
  let text: String
  let lines: [Substring]
  /// As many lines as ``lines``, with comments and the contents of string literals blanked.
  let code: [Substring]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    code = CodeLexer.blank(text).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// `PravegaNet` for `Sources/PravegaNet/...`.
  var folder: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }

  var isSource: Bool { path.hasPrefix("Sources/") }
  var isTest: Bool { path.hasPrefix("Tests/") }
  var isSwift: Bool { path.hasSuffix(".swift") }
  var isGenerated: Bool { path.contains("/Generated/") }
  var name: String { String(path.split(separator: "/").last ?? "") }
}

/// Blanks what the compiler does not read as code, so that a banned word may be talked about.
enum CodeLexer {
  private enum State {
    case code
    case line
    case block(Int)
    case string
    case longString
  }

  static func blank(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var out = bytes
    var state = State.code
    var index = 0
    func at(_ offset: Int) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }
    func starts(_ word: StaticString) -> Bool {
      word.withUTF8Buffer { $0.indices.allSatisfy { at($0) == word.utf8Start[$0] } }
    }
    func skip(_ count: Int, keep: Bool = false) {
      for _ in 0..<count where index < bytes.count {
        if !keep, bytes[index] != UInt8(ascii: "\n") { out[index] = UInt8(ascii: " ") }
        index += 1
      }
    }
    while index < bytes.count {
      switch state {
      case .code where starts("//"): state = .line
      case .code where starts("/*"):
        state = .block(1)
        skip(2)
      case .code where starts("\"\"\""):
        state = .longString
        skip(3, keep: true)
      case .code where starts("\""):
        state = .string
        skip(1, keep: true)
      case .code: skip(1, keep: true)
      case .line:
        if starts("\n") { state = .code }
        skip(1)
      case .block(let depth) where starts("*/"):
        state = depth == 1 ? .code : .block(depth - 1)
        skip(2)
      case .block(let depth):
        if starts("/*") { state = .block(depth + 1) }
        skip(1)
      case .string where starts("\\"), .longString where starts("\\"): skip(2)
      case .string where starts("\"") || starts("\n"), .longString where starts("\"\"\""):
        if case .string = state { skip(1, keep: true) } else { skip(3, keep: true) }
        state = .code
      case .string, .longString: skip(1)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// All files of the repository that the rules look at.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func files(_ folders: [String], suffixes: [String]) throws -> [SourceFile] {
    var found: [SourceFile] = []
    for folder in folders {
      let base = root.appendingPathComponent(folder)
      for path in try FileManager.default.subpathsOfDirectory(atPath: base.path).sorted()
      where suffixes.contains(where: path.hasSuffix) {
        found.append(try file(folder + "/" + path))
      }
    }
    return found
  }

  static func file(_ path: String) throws -> SourceFile {
    let url = root.appendingPathComponent(path)
    return SourceFile(path: path, text: try String(contentsOf: url, encoding: .utf8))
  }
}
