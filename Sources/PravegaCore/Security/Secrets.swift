// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// What must not be read in errors and logs, also when a server repeats what it was sent.
struct Secrets {
  private let words: [String]
  /// Shorter ones are in every other word.
  private static let shortest = 4

  init(_ credentials: (any Credentials)?) {
    LockWatch.expectNoLock("credentials")
    var words: [String] = []
    if let token = credentials?.authenticationToken {
      words.append(token)
      // HTTP's Basic method: `user:password`.
      if let bytes = Base64.decode(token), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
        words.append(String(decoding: bytes, as: UTF8.self))
        words.append(String(decoding: bytes[(colon + 1)...], as: UTF8.self))
      }
    }
    self.words = words.filter { $0.utf8.count >= Secrets.shortest }
  }

  func hide(in text: String) -> String {
    Secrets.hideTokens(
      in: words.reduce(text) { $0.contains($1) ? $0.replacing($1, with: "***") : $0 })
  }

  /// Hides what has the looks of a JSON web token, as delegation tokens have: it begins with the
  /// base64 of `{"`, and goes on in letters, digits, dots, `_` and `-`.
  static func hideTokens(in text: String) -> String {
    guard text.contains(tokenStart) else { return text }
    var shown = ""
    var rest = text[...]
    while !rest.isEmpty {
      let word = rest.prefix(while: isTokenCharacter)
      shown += hideToken(in: word)
      rest = rest.dropFirst(word.count)
      if let other = rest.popFirst() { shown.append(other) }
    }
    return shown
  }

  private static func hideToken(in word: Substring) -> Substring {
    let later = word.firstRange(of: "." + tokenStart)?.lowerBound
    let start = word.hasPrefix(tokenStart) ? word.startIndex : later.map(word.index(after:))
    guard let start, word[start...].utf8.count >= shortestToken else { return word }
    return word[..<start] + "***" + (word.hasSuffix(".") ? "." : "")
  }

  private static let tokenStart = "eyJ"
  /// Nothing shorter has a signature; names such as `eyJ1` are left alone.
  private static let shortestToken = 20

  private static func isTokenCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
  }
}
