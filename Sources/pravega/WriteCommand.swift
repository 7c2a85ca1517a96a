// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega write SCOPE/STREAM`: a line of standard input is an event.
enum WriteCommand {
  static let command = Command(
    "write", "Writes each line of standard input as an event; returns when all are acknowledged.",
    arguments: [StreamName.argument],
    options: [
      .value("key", short: "k", "KEY", "the routing key of all events"),
      .value("key-separator", "SEP", "each line is KEY, then SEP, then the event"),
      .flag("create", "scope and stream, if they are missing"),
      .value("segments", short: "s", "N", "segments of a stream made by --create", default: "1"),
      .flag("no-progress", "draw no progress line on a terminal"),
    ],
    examples: [
      Example("seq 3 | pravega write demo/s --create", "Three events"),
      Example("printf 'a:1\\nb:2\\n' | pravega write demo/s --key-separator :", "With keys"),
    ],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    try EventPump(WriteSettings(invocation)).run(invocation)
  }
}

/// What the options of `pravega write` say.
struct WriteSettings: Sendable {
  /// Where a line's routing key comes from.
  enum Keys: Sendable {
    case none
    case fixed(String)
    case separated(by: [UInt8])
  }

  var connection: Connection
  var name: StreamName
  var keys: Keys
  var creates: Bool
  var segments: Int

  init(_ invocation: Invocation) throws {
    connection = try Connection(invocation)
    name = try StreamName(invocation)
    creates = invocation.has("create")
    if creates { try name.checkNew(invocation) }
    segments = try invocation.int("segments", default: 1, in: 1...100_000)
    switch (invocation.string("key"), invocation.string("key-separator")) {
    case (nil, nil): keys = .none
    case (let key?, nil): keys = .fixed(key)
    case (nil, ""): throw invocation.usage("--key-separator must not be empty")
    case (nil, let separator?): keys = .separated(by: Array(separator.utf8))
    case (_?, _?): throw invocation.usage("--key and --key-separator contradict each other")
    }
    if invocation.string("segments") != nil, !creates {
      throw invocation.usage("--segments needs --create")
    }
  }
}
