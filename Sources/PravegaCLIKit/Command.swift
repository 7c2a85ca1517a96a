// SPDX-License-Identifier: Apache-2.0

/// One node of the argument tree: a program, a group of subcommands, or something to run.
///
/// The tree is the only description of the command line; the parser, the help pages and the
/// completion scripts are all made from it.
package struct Command: Sendable {
  package typealias Action = @Sendable (Invocation) throws -> ExitCode

  package var name: String
  package var summary: String
  /// Further paragraphs of the help page.
  package var discussion: String
  package var arguments: [Argument]
  package var options: [Option]
  package var examples: [Example]
  package var subcommands: [Command]
  /// Left out of help pages and completion.
  package var isHidden: Bool
  package var action: Action?

  package init(
    _ name: String,
    _ summary: String,
    discussion: String = "",
    arguments: [Argument] = [],
    options: [Option] = [],
    examples: [Example] = [],
    subcommands: [Command] = [],
    isHidden: Bool = false,
    action: Action? = nil
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.arguments = arguments
    self.options = options
    self.examples = examples
    self.subcommands = subcommands
    self.isHidden = isHidden
    self.action = action
  }

  package var visibleSubcommands: [Command] { subcommands.filter { !$0.isHidden } }

  package func subcommand(named name: String) -> Command? {
    subcommands.first { $0.name == name }
  }
}

/// A line that a person can paste, with what it does.
package struct Example: Sendable {
  package var line: String
  package var purpose: String

  package init(_ line: String, _ purpose: String) {
    self.line = line
    self.purpose = purpose
  }
}
