// SPDX-License-Identifier: Apache-2.0

/// Rules about the shape of files.
enum TextRules {
  static let all = [header, length, whitespace]

  static let lengthCap = 500

  static let header = Rule(
    name: "licence header", scope: .code
  ) { file in
    let line = file.lines.prefix(2).contains { $0.hasSuffix("SPDX-License-Identifier: Apache-2.0") }
    guard !line else { return [] }
    return [Violation(path: file.path, line: 1, message: "the SPDX header is missing")]
  }

  /// Generated code and tables are read by looking up, not from top to bottom.
  static let length = Rule(
    name: "length",
    scope: Scope { $0.isSwift && !$0.isGenerated && !$0.name.hasSuffix("Table.swift") }
  ) { file in
    let count = file.lines.count - 1
    guard count > lengthCap else { return [] }
    return [
      Violation(
        path: file.path, line: 0, message: "\(count) lines; split it by concept before 500")
    ]
  }

  static let whitespace = Rule(
    name: "white space", scope: .code
  ) { file in
    var found: [Violation] = []
    for (index, line) in file.lines.enumerated() {
      let number = index + 1
      if line.contains("\t") {
        found.append(Violation(path: file.path, line: number, message: "a tab"))
      }
      if line.last == " " || line.last == "\r" {
        found.append(Violation(path: file.path, line: number, message: "space at the end"))
      }
    }
    if !file.text.hasSuffix("\n") || file.text.hasSuffix("\n\n") {
      found.append(
        Violation(path: file.path, line: 0, message: "does not end in exactly one line feed"))
    }
    return found
  }

  private static let sections = ["Breaking", "Added", "Changed", "Fixed", "Removed"]

  /// Title first; versions newest first as `## 1.2.3 (2026-01-31)`, at most one `## Unreleased` on
  /// top; within a version the sections in the order that says first what breaks.
  static func changelogViolations(_ file: SourceFile) -> [Violation] {
    var found: [Violation] = []
    func complain(_ index: Int, _ message: String) {
      found.append(Violation(path: file.path, line: index + 1, message: message))
    }
    if file.lines.first != "# Changelog" { complain(0, "starts with '# Changelog'") }
    var versions = 0
    var previous = [Int.max]
    var lastSection = -1
    for (index, line) in file.lines.enumerated() {
      if line.hasPrefix("## ") {
        lastSection = -1
        versions += 1
        if line == "## Unreleased" {
          if versions > 1 { complain(index, "'Unreleased' stands on top") }
        } else if let version = version(of: line) {
          if !version.lexicographicallyPrecedes(previous) { complain(index, "newest first") }
          previous = version
        } else {
          complain(index, "a version is '## 1.2.3 (2026-01-31)'")
        }
      } else if line.hasPrefix("### ") {
        guard let rank = sections.firstIndex(of: String(line.dropFirst(4))) else {
          complain(index, "sections are \(sections.joined(separator: ", "))")
          continue
        }
        if rank <= lastSection { complain(index, "sections come in order, what breaks first") }
        lastSection = rank
      }
    }
    if versions == 0 { complain(0, "no version") }
    return found
  }

  private static func version(of line: Substring) -> [Int]? {
    guard let match = line.wholeMatch(of: /## (\d+)\.(\d+)\.(\d+) \(\d{4}-\d{2}-\d{2}\)/) else {
      return nil
    }
    return [match.1, match.2, match.3].compactMap { Int($0) }
  }
}
