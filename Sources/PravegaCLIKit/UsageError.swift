// SPDX-License-Identifier: Apache-2.0

/// What was typed makes no sense: one sentence, and where the help is. Ends the program with 2.
package struct UsageError: Error, CustomStringConvertible, Equatable {
  package var message: String
  /// The command that was being parsed, as typed: `pravega stream create`. Empty: filled in later.
  package var commandPath: String

  package init(_ message: String, commandPath: String = "") {
    self.message = message
    self.commandPath = commandPath
  }

  package var description: String { message }
}
