// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega completion bash|zsh|fish`.
enum CompletionCommand {
  static let command = Command(
    "completion", "Prints a script that lets a shell complete command lines.",
    arguments: [
      Argument("SHELL", "whose script", choices: Completion.Shell.allCases.map(\.rawValue))
    ],
    examples: [
      Example("source <(pravega completion bash)", "For this session"),
      Example(
        "pravega completion fish > ~/.config/fish/completions/pravega.fish", "For all of fish"),
    ],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    guard let shell = invocation.arguments.first.flatMap(Completion.Shell.init) else {
      throw invocation.usage("SHELL is missing")
    }
    let output = Output()
    try output.write(Completion.script(for: shell, root: invocation.chain[0]))
    try output.flush()
    return .ok
  }
}
