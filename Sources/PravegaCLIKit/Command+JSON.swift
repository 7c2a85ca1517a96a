// SPDX-License-Identifier: Apache-2.0

extension Command {
  /// The tree for programs that generate documentation or wrappers.
  package var json: JSONValue {
    var object: JSONObject = ["name": .string(name), "summary": .string(summary)]
    if !discussion.isEmpty { object["discussion"] = .string(discussion) }
    if !arguments.isEmpty { object["arguments"] = .array(arguments.map(\.json)) }
    if !options.isEmpty { object["options"] = .array(options.map(\.json)) }
    if !visibleSubcommands.isEmpty {
      object["subcommands"] = .array(visibleSubcommands.map(\.json))
    }
    return .object(object)
  }
}

extension Option {
  var json: JSONValue {
    var object: JSONObject = ["name": .string("--" + name), "help": .string(help)]
    if let short { object["short"] = .string("-\(short)") }
    if let valueName { object["value"] = .string(valueName) }
    if let defaultText { object["default"] = .string(defaultText) }
    if !choices.isEmpty { object["choices"] = .array(choices.map(JSONValue.string)) }
    if isRepeatable { object["repeatable"] = true }
    return .object(object)
  }
}

extension Argument {
  var json: JSONValue {
    var object: JSONObject = ["name": .string(name), "help": .string(help)]
    object["required"] = .bool(count == .one)
    if !choices.isEmpty { object["choices"] = .array(choices.map(JSONValue.string)) }
    return .object(object)
  }
}
