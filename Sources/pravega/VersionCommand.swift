// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaWire

/// `pravega version`.
enum VersionCommand {
  static let command = Command(
    "version", "Prints the program's version and the protocol versions it speaks.",
    examples: [Example("pravega version --output json", "For programs")],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    try Results(invocation).one(
      "pravega \(PravegaProgram.version) (wire protocol \(WireLimits.lowVersion) to \(WireLimits.highVersion))",
      [
        "pravega": .string(PravegaProgram.version),
        "wire_version_low": .int(Int64(WireLimits.lowVersion)),
        "wire_version_high": .int(Int64(WireLimits.highVersion)),
      ])
    return .ok
  }
}
