// SPDX-License-Identifier: Apache-2.0

/// A named setting: `--name`, `--name VALUE` or `--name=VALUE`, with an optional one-letter form.
package struct Option: Sendable {
  /// Without the dashes.
  package var name: String
  package var short: Character?
  /// What stands for the value in help pages; nil makes the option a flag.
  package var valueName: String?
  package var help: String
  /// Shown in the help page; who reads the option applies it.
  package var defaultText: String?
  /// The only values allowed, when there are any.
  package var choices: [String]
  package var isRepeatable: Bool
  package var completesFiles: Bool

  package var isFlag: Bool { valueName == nil }

  package static func flag(_ name: String, short: Character? = nil, _ help: String) -> Option {
    Option(
      name: name, short: short, valueName: nil, help: help, defaultText: nil, choices: [],
      isRepeatable: false, completesFiles: false)
  }

  package static func value(
    _ name: String,
    short: Character? = nil,
    _ valueName: String,
    _ help: String,
    default defaultText: String? = nil,
    choices: [String] = [],
    repeatable: Bool = false,
    files: Bool = false
  ) -> Option {
    Option(
      name: name, short: short, valueName: valueName, help: help, defaultText: defaultText,
      choices: choices, isRepeatable: repeatable, completesFiles: files)
  }

  /// As a person types it: `-n, --number N`.
  package var spelling: String {
    let long = "--" + name + (valueName.map { " " + $0 } ?? "")
    return short.map { "-\($0), \(long)" } ?? long
  }
}

/// A positional argument.
package struct Argument: Sendable {
  package enum Count: Sendable { case one, optional, any }

  package var name: String
  package var help: String
  package var count: Count
  package var choices: [String]

  package init(_ name: String, _ help: String, count: Count = .one, choices: [String] = []) {
    self.name = name
    self.help = help
    self.count = count
    self.choices = choices
  }

  package var spelling: String {
    switch count {
    case .one: name
    case .optional: "[\(name)]"
    case .any: "[\(name)...]"
    }
  }
}
