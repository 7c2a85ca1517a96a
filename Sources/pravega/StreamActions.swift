// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaCore

/// What the subcommands of `pravega stream` do.
enum StreamActions {
  @Sendable static func create(_ invocation: Invocation) throws -> ExitCode {
    let name = try StreamName(invocation)
    try name.checkNew(invocation)
    let segments = try invocation.int("segments", default: 1, in: 1...100_000)
    let administration = try Administration(Connection(invocation))
    if invocation.has("create-scope") { _ = try administration.createScope(name.scope) }
    let isNew = try administration.createStream(
      name, segments: segments, tags: invocation.strings("tag"))
    guard isNew || invocation.has("if-missing") else {
      throw Program.Report(
        "the stream '\(name)' exists already", hint: "Use it, or say --if-missing.",
        exitCode: .conflict, code: "alreadyExists")
    }
    try Results(invocation).one(
      isNew ? "created stream \(name) with \(segments) segments" : "stream \(name) existed",
      ["stream": .string(name.description), "created": .bool(isNew)])
    return .ok
  }

  @Sendable static func list(_ invocation: Invocation) throws -> ExitCode {
    let scope = try StreamName.scope(invocation)
    var table = Table("STREAM")
    var items: [JSONObject] = []
    let administration = try Administration(Connection(invocation))
    for stream in try administration.streams(scope: scope, tag: invocation.string("tag"))
    where invocation.has("all") || !stream.hasPrefix("_") {
      table.add(["\(scope)/\(stream)"])
      items.append(["scope": .string(scope), "stream": .string(stream)])
    }
    try Results(invocation).list(table, items)
    return .ok
  }

  @Sendable static func describe(_ invocation: Invocation) throws -> ExitCode {
    let name = try StreamName(invocation)
    let about = try Administration(Connection(invocation)).describe(name)
    var table = Table([
      ("SEGMENT", .left), ("KEYS FROM", .right), ("TO", .right), ("HEAD", .right), ("TAIL", .right),
    ])
    var items: [JSONObject] = []
    for segment in about.segments {
      table.add([
        segment.name, segment.range.map { Human.fixed($0.low, 4) } ?? "-",
        segment.range.map { Human.fixed($0.high, 4) } ?? "-",
        "\(segment.head)", "\(segment.tail)",
      ])
      items.append([
        "segment": .string(segment.name),
        "key_start": segment.range.map { .double($0.low) } ?? .null,
        "key_end": segment.range.map { .double($0.high) } ?? .null, "head": .int(segment.head),
        "tail": .int(segment.tail),
      ])
    }
    let state = about.isSealed ? "sealed" : "open"
    let tags = about.tags.isEmpty ? "none" : about.tags.joined(separator: ", ")
    try Results(invocation).one(
      "stream  \(name)\nstate   \(state)\nscaling \(about.scaling)\ntags    \(tags)\n"
        + (table.isEmpty ? "" : "\n" + String(table.text.dropLast())),
      [
        "scope": .string(name.scope), "stream": .string(name.stream),
        "sealed": .bool(about.isSealed), "scaling": .string(about.scaling),
        "tags": .array(about.tags.map(JSONValue.string)),
        "items": .array(items.map(JSONValue.object)),
      ])
    return .ok
  }

  @Sendable static func scale(_ invocation: Invocation) throws -> ExitCode {
    let name = try StreamName(invocation)
    guard let segments = try invocation.int("segments", in: 1...100_000) else {
      throw invocation.usage("--segments N is missing")
    }
    try Administration(Connection(invocation)).scale(name, to: segments)
    try Results(invocation).one(
      "stream \(name) has \(segments) segments now",
      ["stream": .string(name.description), "segments": .int(Int64(segments))])
    return .ok
  }

  @Sendable static func truncate(_ invocation: Invocation) throws -> ExitCode {
    let name = try StreamName(invocation)
    try Administration(Connection(invocation)).truncate(name)
    try Results(invocation).one(
      "truncated stream \(name) at its tail", ["stream": .string(name.description)])
    return .ok
  }

  @Sendable static func seal(_ invocation: Invocation) throws -> ExitCode {
    let name = try StreamName(invocation)
    try Administration(Connection(invocation)).seal(name)
    try Results(invocation).one("sealed stream \(name)", ["stream": .string(name.description)])
    return .ok
  }

  @Sendable static func delete(_ invocation: Invocation) throws -> ExitCode {
    let name = try StreamName(invocation)
    let administration = try Administration(Connection(invocation))
    if invocation.has("seal") { try administration.seal(name) }
    guard try administration.delete(name) else {
      throw Program.Report(
        "the stream '\(name)' does not exist",
        hint: "Check its name with 'pravega stream list \(name.scope)'.", exitCode: .notFound,
        code: "invalidStream")
    }
    try Results(invocation).one("deleted stream \(name)", ["stream": .string(name.description)])
    return .ok
  }
}
