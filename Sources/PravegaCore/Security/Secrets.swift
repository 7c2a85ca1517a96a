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
    words.reduce(text) { $0.contains($1) ? $0.replacing($1, with: "***") : $0 }
  }
}
