// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// Prints what a command found, as text or as one JSON document with `command` and `version`.
struct Results {
  static let jsonVersion = Program.jsonVersion

  private let isJSON: Bool
  private let command: String

  init(_ invocation: Invocation) {
    isJSON = invocation.string("output") == "json"
    command = invocation.commandName
  }

  /// A list: a table for people, `items` for programs.
  func list(_ table: Table, _ items: [JSONObject]) throws {
    if isJSON {
      try object(["items": .array(items.map(JSONValue.object))])
    } else {
      try text(table.isEmpty ? "" : table.text)
    }
  }

  /// One result: a sentence or lines for people, members for programs.
  func one(_ sentence: @autoclosure () -> String, _ members: JSONObject) throws {
    if isJSON {
      try object(members)
    } else {
      try text(sentence() + "\n")
    }
  }

  private func object(_ members: JSONObject) throws {
    var object: JSONObject = ["command": .string(command), "version": .int(Results.jsonVersion)]
    for member in members.members { object[member.name] = member.value }
    try text(JSONValue.object(object).text + "\n")
  }

  private func text(_ text: String) throws {
    let output = Output()
    try output.write(text)
    try output.flush()
  }
}
