// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// The program's argument tree; each subcommand has a file of its own.
enum PravegaProgram {
  static let version = "0.1.0"

  static let program = Program(root: root, explain: { Explain.report(on: $0) })

  static let root = Command(
    "pravega", "Works with streams of a Pravega cluster, and serves some itself.",
    discussion: """
      Data goes to standard output, messages go to standard error.
      An error is one line there and an exit code; with --output json it is an object {"command", \
      "version", "error": {"code", "message", "hint", "exit_code"}}.
      PRAVEGA_LOG=info in the environment shows the client's log there too; or debug, warning, error.
      The controller is --controller, else PRAVEGA_CONTROLLER_URI, else \(Connection.defaultURI).
      """,
    options: Connection.options + [outputOption],
    examples: [
      Example("pravega standalone", "Start a server that keeps everything in memory"),
      Example("seq 3 | pravega write demo/s --create", "Write three events"),
      Example("pravega read demo/s -n 3", "Read them"),
    ],
    subcommands: [
      StandaloneCommand.command,
      ScopeCommand.command,
      StreamCommand.command,
      WriteCommand.command,
      ReadCommand.command,
      BenchCommand.command,
      WireCommand.command,
      PingCommand.command,
      VersionCommand.command,
      CompletionCommand.command,
      HelpCommand.command,
    ])

  static let outputOption = Option.value(
    "output", short: "o", "FORMAT", "how results are printed", default: "text",
    choices: ["text", "json"])
}
