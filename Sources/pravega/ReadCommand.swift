// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega read SCOPE/STREAM`: events to standard output, a line each.
enum ReadCommand {
  static let command = Command(
    "read", "Prints the events of a stream, a line each, and follows its tail.",
    discussion: """
      It reads through a reader group of its own and deletes it in the end; --group keeps one, so that \
      the next run goes on where this one ended.
      --output json prints an object per event: "event" is its text, or "event_base64" its bytes.
      """,
    arguments: [StreamName.argument],
    options: [
      .value("number", short: "n", "N", "end after N events"),
      .flag("until-end", "end at the tail as it is now"),
      .value("from", "WHERE", "where to begin", default: "start", choices: ["start", "end"]),
      .value("group", "NAME", "join this reader group, make it if it is missing, and keep it"),
    ],
    examples: [
      Example("pravega read demo/s -n 3", "Three events"),
      Example("pravega read demo/s --from end", "What comes from now on"),
      Example("pravega read demo/s --until-end --output json", "All there is, for programs"),
    ],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    try EventPrinter(ReadSettings(invocation)).run()
  }
}

/// What the options of `pravega read` say.
struct ReadSettings: Sendable {
  var connection: Connection
  var name: StreamName
  /// nil: no limit.
  var limit: Int?
  var endsAtTail: Bool
  var beginsAtTail: Bool
  /// nil: a group of its own.
  var group: String?
  var isJSON: Bool

  init(_ invocation: Invocation) throws {
    connection = try Connection(invocation)
    name = try StreamName(invocation)
    limit = try invocation.int("number")
    endsAtTail = invocation.has("until-end")
    beginsAtTail = invocation.string("from") == "end"
    group = try invocation.string("group").map {
      try StreamName.checked($0, "reader group", limit: 250, invocation)
    }
    isJSON = invocation.string("output") == "json"
    if endsAtTail, beginsAtTail {
      throw invocation.usage("--from end and --until-end leave nothing to read")
    }
  }
}
