// SPDX-License-Identifier: Apache-2.0

/// Finds what a person probably meant.
package enum Suggestion {
  /// The candidate that is nearest to `word`, if one is near enough to be a typing mistake.
  package static func nearest(to word: String, among candidates: [String]) -> String? {
    let typed = Array(word.lowercased().unicodeScalars.prefix(64))
    let limit = max(1, min(3, typed.count / 3))
    var best: (name: String, rank: Int)?
    for candidate in candidates {
      let letters = Array(candidate.lowercased().unicodeScalars)
      let distance = editDistance(typed, letters)
      // Few people mistype the first letter.
      let rank = 2 * distance + (letters.first == typed.first ? 0 : 1)
      guard distance <= limit, rank < best?.rank ?? Int.max else { continue }
      best = (candidate, rank)
    }
    return best?.name ?? candidates.first { !typed.isEmpty && $0.hasPrefix(word) }
  }

  /// `; did you mean 'x'?`, or nothing.
  package static func phrase(for word: String, among candidates: [String]) -> String {
    nearest(to: word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
  static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i]
      for j in 1...b.count {
        let replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        var least = min(replaced, min(last[j], row[j - 1]) + 1)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          least = min(least, beforeLast[j - 2] + 1)
        }
        row.append(least)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
