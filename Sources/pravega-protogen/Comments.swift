// SPDX-License-Identifier: Apache-2.0

/// What the `.proto` file says about its own declarations: sentences that become doc comments, and
/// the groups that become files.
struct Comments {
  private var sentences: [[Int32]: String] = [:]
  private var groups: [[Int32]: String] = [:]

  init(_ info: SourceInfo?) {
    for location in info?.locations ?? [] {
      let text = Comments.lines(location.comment).joined(separator: " ")
      if !text.isEmpty { sentences[location.path] = text }
      for line in location.detached.flatMap(Comments.lines) where line.hasPrefix("Group: ") {
        groups[location.path] = String(line.dropFirst("Group: ".count))
      }
    }
  }

  /// The comment in front of a declaration.
  func sentence(_ path: [Int32]) -> String? { sentences[path] }

  /// The group that begins with a declaration.
  func group(_ path: [Int32]) -> String? { groups[path] }

  private static func lines(_ comment: String) -> [String] {
    comment.split(separator: "\n").map { line in
      String(line.drop { $0 == " " })
    }
  }
}
