// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega ping`: is the controller there?
enum PingCommand {
  static let command = Command(
    "ping", "Asks the controller for a sign of life and says how long it took.",
    options: [.value("count", short: "n", "N", "how many times", default: "1")],
    examples: [Example("pravega ping --controller tcp://host:9090", "Is it there?")],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    let connection = try Connection(invocation)
    let count = try invocation.int("count", default: 1, in: 1...1_000_000)
    let administration = try Administration(connection)
    for _ in 0..<count {
      let took = try administration.ping()
      try Results(invocation).one(
        "\(connection.controllerURI) answered in \(Human.duration(took))",
        [
          "controller": .string(connection.controllerURI),
          "ms": .rounded(took.inSeconds * 1000, 3),
        ])
    }
    return .ok
  }
}
