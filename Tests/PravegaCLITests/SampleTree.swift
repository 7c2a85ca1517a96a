// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// A small tree with one of everything.
enum SampleTree {
  static let root = Command(
    "tool", "A tool.",
    options: [
      .value("output", short: "o", "FORMAT", "how to print", choices: ["text", "json"]),
      .flag("verbose", short: "v", "say more"),
    ],
    subcommands: [
      Command(
        "stream", "Works with streams.",
        subcommands: [
          Command(
            "create", "Creates one.",
            arguments: [Argument("SCOPE/STREAM", "the name")],
            options: [
              .value("segments", short: "s", "N", "how many", default: "1"),
              .value("tag", "TAG", "a tag", repeatable: true),
              .flag("create", "make it"),
            ],
            examples: [Example("tool stream create a/b", "Make a stream")],
            action: { _ in .ok }),
          Command("delete", "Deletes one.", action: { _ in .notFound }),
        ]),
      Command(
        "completion", "Prints a script.",
        arguments: [Argument("SHELL", "which", choices: ["bash", "zsh", "fish"])],
        action: { _ in .ok }),
      Command("secret", "Not shown.", isHidden: true, action: { _ in .ok }),
      Command(
        "many", "Takes many words.",
        arguments: [Argument("WORD", "any", count: .any)], action: { _ in .ok }),
    ])

  static func invoke(_ words: String...) throws -> Invocation {
    switch try Parser.parse(words, root) {
    case .run(let invocation): return invocation
    case .help: throw UsageError("help instead of a command")
    }
  }

  /// The complaint about a command line that must be refused, or an empty text.
  static func complaint(_ words: String...) -> String {
    do {
      _ = try Parser.parse(words, root)
      return ""
    } catch {
      return error.message
    }
  }
}
