// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega help [COMMAND...]`, the same as `pravega COMMAND --help`.
enum HelpCommand {
  static let command = Command(
    "help", "Explains a command; with --output json prints the whole argument tree.",
    arguments: [Argument("COMMAND", "the command to explain", count: .any)],
    examples: [Example("pravega help stream create", "One command")],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    var chain = Array(invocation.chain.prefix(1))
    for word in invocation.arguments {
      guard let last = chain.last, let next = last.subcommand(named: word) else {
        let names = chain.last?.visibleSubcommands.map(\.name) ?? []
        throw invocation.usage(
          "there is no command '\(word)'" + Suggestion.phrase(for: word, among: names))
      }
      chain.append(next)
    }
    let tree: JSONObject = ["tree": chain.last?.json ?? .null]
    try Results(invocation).one(String(HelpPage.text(for: chain).dropLast()), tree)
    return .ok
  }
}
