// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega version`.
enum VersionCommand {
  static let command = Command(
    "version", "Prints the program's version and the protocol versions it speaks.",
    examples: [Example("pravega version --output json", "For programs")],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    try Results(invocation).one(
      "pravega \(PravegaProgram.version) (wire protocol 5 to 16)",
      [
        "pravega": .string(PravegaProgram.version),
        "wire_version_low": 5, "wire_version_high": 16,
      ])
    return .ok
  }
}
