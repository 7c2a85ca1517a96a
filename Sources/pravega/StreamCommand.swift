// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega stream create|list|describe|scale|truncate|seal|delete`.
enum StreamCommand {
  static let command = Command(
    "stream", "Creates, lists, describes, scales, truncates, seals and deletes streams.",
    subcommands: [
      Command(
        "create", "Creates a stream; one that exists is a conflict unless --if-missing.",
        arguments: [StreamName.argument],
        options: [
          .value("segments", short: "s", "N", "how many segments", default: "1"),
          .value("tag", "TAG", "a tag to find it by", repeatable: true),
          .flag("create-scope", "the scope too, if it is missing"),
          .flag("if-missing", "succeed when it exists"),
        ],
        examples: [
          Example("pravega stream create demo/s --segments 4 --create-scope", "Four segments")
        ],
        action: StreamActions.create),
      Command(
        "list", "Lists the streams of a scope.",
        arguments: [Argument("SCOPE", "the scope's name")],
        options: [
          .value("tag", "TAG", "only those with this tag"),
          .flag("all", "internal streams too"),
        ],
        examples: [Example("pravega stream list demo", "What is in a scope")],
        action: StreamActions.list),
      Command(
        "describe", "Shows a stream's segments, their ranges of keys and their bounds.",
        arguments: [StreamName.argument],
        examples: [Example("pravega stream describe demo/s", "Its segments and tags")],
        action: StreamActions.describe),
      Command(
        "scale", "Replaces the segments of a stream by others that share the keys evenly.",
        arguments: [StreamName.argument],
        options: [.value("segments", short: "s", "N", "how many there shall be")],
        examples: [Example("pravega stream scale demo/s --segments 8", "From however many to 8")],
        action: StreamActions.scale),
      Command(
        "truncate", "Forgets all events that are in the stream now.",
        arguments: [StreamName.argument],
        examples: [Example("pravega stream truncate demo/s", "Start over")],
        action: StreamActions.truncate),
      Command(
        "seal", "Ends a stream: it can still be read, never written.",
        arguments: [StreamName.argument],
        examples: [Example("pravega stream seal demo/s", "No more events")],
        action: StreamActions.seal),
      Command(
        "delete", "Deletes a sealed stream; --seal seals it first.",
        arguments: [StreamName.argument],
        options: [.flag("seal", "seal it first")],
        examples: [Example("pravega stream delete demo/s --seal", "Gone")],
        action: StreamActions.delete),
    ])
}
