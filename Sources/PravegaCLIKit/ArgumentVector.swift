// SPDX-License-Identifier: Apache-2.0

/// What the shell handed over, checked: `CommandLine.arguments` silently repairs what is not UTF-8,
/// and a repaired routing key would be another key.
package enum ArgumentVector {
  /// The words after the program's name.
  package static func words() throws(UsageError) -> [String] {
    var words: [String] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let pointer = unsafe CommandLine.unsafeArgv[index] else { break }
      guard let word = unsafe String(validatingCString: pointer) else {
        throw UsageError(complaint(after: words.last, repaired: unsafe String(cString: pointer)))
      }
      words.append(word)
    }
    return words
  }

  static func complaint(after previous: String?, repaired: String) -> String {
    if let previous, previous.hasPrefix("--") {
      return "the value of \(previous) is not UTF-8 text: '\(repaired)'; "
        + "keys and names are text, encode other bytes first"
    }
    return "'\(repaired)' is not UTF-8 text; arguments, keys and names must be"
  }
}
