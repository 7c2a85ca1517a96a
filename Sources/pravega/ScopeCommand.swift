// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega scope create|list|delete`.
enum ScopeCommand {
  private static let argument = Argument("SCOPE", "the scope's name")

  static let command = Command(
    "scope", "Creates, lists and deletes scopes.",
    subcommands: [
      Command(
        "create", "Creates a scope; one that exists is a conflict unless --if-missing.",
        arguments: [argument],
        options: [.flag("if-missing", "succeed when it exists")],
        examples: [Example("pravega scope create demo", "A home for streams")],
        action: create),
      Command(
        "list", "Lists the scopes.",
        examples: [Example("pravega scope list --output json", "For programs")],
        action: list),
      Command(
        "delete", "Deletes an empty scope, with --recursive also a full one.",
        arguments: [argument],
        options: [.flag("recursive", "and all streams, reader groups and tables in it")],
        examples: [Example("pravega scope delete demo --recursive", "And what is in it")],
        action: delete),
    ])

  private static func create(_ invocation: Invocation) throws -> ExitCode {
    let scope = try StreamName.scope(invocation)
    try StreamName.checkNew(scope, "scope", invocation)
    let isNew = try Administration(Connection(invocation)).createScope(scope)
    guard isNew || invocation.has("if-missing") else {
      throw Program.Report(
        "the scope '\(scope)' exists already", hint: "Use it, or say --if-missing.",
        exitCode: .conflict, code: "alreadyExists")
    }
    try Results(invocation).one(
      isNew ? "created scope \(scope)" : "scope \(scope) existed",
      ["scope": .string(scope), "created": .bool(isNew)])
    return .ok
  }

  private static func list(_ invocation: Invocation) throws -> ExitCode {
    var table = Table("SCOPE")
    var items: [JSONObject] = []
    for scope in try Administration(Connection(invocation)).scopes() {
      table.add([scope])
      items.append(["scope": .string(scope)])
    }
    try Results(invocation).list(table, items)
    return .ok
  }

  private static func delete(_ invocation: Invocation) throws -> ExitCode {
    let scope = try StreamName.scope(invocation)
    let administration = try Administration(Connection(invocation))
    let existed = try administration.deleteScope(scope, recursive: invocation.has("recursive"))
    guard existed else {
      throw Program.Report(
        "the scope '\(scope)' does not exist", hint: "Check its name with 'pravega scope list'.",
        exitCode: .notFound, code: "noSuchScope")
    }
    try Results(invocation).one("deleted scope \(scope)", ["scope": .string(scope)])
    return .ok
  }
}
