// SPDX-License-Identifier: Apache-2.0

/// Scripts that let a shell complete command lines, made from the argument tree.
package enum Completion {
  package enum Shell: String, Sendable, CaseIterable { case bash, zsh, fish }

  package static func script(for shell: Shell, root: Command) -> String {
    switch shell {
    case .bash: bash(root)
    case .zsh: zsh(root)
    case .fish: fish(root)
    }
  }

  /// A command with the words that lead to it.
  struct Node {
    var chain: [Command]

    var command: Command { chain[chain.count - 1] }
    var path: String { chain.map(\.name).joined(separator: " ") }
    /// Own options and inherited ones.
    var options: [Option] { chain.reversed().flatMap(\.options) }
    var words: [String] {
      command.visibleSubcommands.map(\.name) + command.arguments.flatMap(\.choices)
    }
  }

  /// All commands that a person may type, parents first.
  static func nodes(of root: Command) -> [Node] {
    var found: [Node] = []
    func visit(_ chain: [Command]) {
      found.append(Node(chain: chain))
      for command in chain[chain.count - 1].visibleSubcommands { visit(chain + [command]) }
    }
    visit([root])
    return found
  }

  static func functionName(_ root: Command) -> String {
    "_" + String(root.name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }

  /// Spellings of an option: `--name`, and `-n` where there is one.
  static func spellings(_ option: Option) -> [String] {
    ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
  }

  /// Within single quotes of a POSIX shell.
  static func quoted(_ text: String) -> String {
    var out = "'"
    for character in text {
      out += character == "'" ? "'\\''" : String(character)
    }
    return out + "'"
  }

  /// The shell code that finds which command the words typed so far have reached.
  static func pathCases(_ root: Command) -> String {
    nodes(of: root).dropFirst().map { quoted($0.path) }.joined(separator: "|")
  }
}
