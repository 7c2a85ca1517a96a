// SPDX-License-Identifier: Apache-2.0

/// Something wrong with a line of a file.
struct Violation: CustomStringConvertible, Equatable {
  var path: String
  /// From 1 on; 0 speaks of the whole file.
  var line: Int
  var message: String

  var description: String { "\(path):\(line): \(message)" }
}

/// The files that a rule looks at.
struct Scope: Sendable {
  var contains: @Sendable (SourceFile) -> Bool

  static let swiftSources = Scope { $0.isSource && $0.isSwift }
  static let swiftTests = Scope { $0.isTest && $0.isSwift }
  static let code = Scope { $0.isSwift || $0.path.hasSuffix(".sh") }

  static func swiftSources(except folders: String...) -> Scope {
    Scope { $0.isSource && $0.isSwift && !folders.contains($0.folder) }
  }
}

/// A rule that protects behaviour or reading, checked file by file.
struct Rule: Sendable {
  var name: String
  var scope: Scope
  var check: @Sendable (SourceFile) -> [Violation]

  func violations(in file: SourceFile) -> [Violation] { scope.contains(file) ? check(file) : [] }

  /// A rule about single lines of code; comments and strings are blank.
  static func code(
    _ name: String, in scope: Scope,
    _ complaint: @escaping @Sendable (String) -> String?
  ) -> Rule {
    Rule(name: name, scope: scope) { file in
      file.code.enumerated().compactMap { index, line in
        complaint(String(line)).map {
          Violation(path: file.path, line: index + 1, message: $0)
        }
      }
    }
  }
}

extension String {
  /// Whether `word` stands in the text with no letter, digit or underscore at either side. Where
  /// `word` ends in punctuation, only the left side counts.
  func hasWord(_ word: String, notAfter forbidden: Character? = nil) -> Bool {
    func isPart(_ character: Character?) -> Bool {
      guard let character else { return false }
      return character.isLetter || character.isNumber || character == "_"
    }
    var start = startIndex
    while let range = self[start...].firstRange(of: word) {
      let before = range.lowerBound == startIndex ? nil : self[index(before: range.lowerBound)]
      let after = range.upperBound == endIndex ? nil : self[range.upperBound]
      let whole = !isPart(before) && !(isPart(word.last) && isPart(after))
      if whole, before != forbidden || forbidden == nil { return true }
      start = range.upperBound
    }
    return false
  }
}
