// SPDX-License-Identifier: Apache-2.0

/// Walks the argument tree along what was typed.
package struct Parser {
  /// What is to be done with a command line.
  package enum Outcome: Sendable {
    case run(Invocation)
    case help(chain: [Command])
  }

  private var chain: [Command]
  private var remaining: ArraySlice<String>
  private var values: [String: [String]] = [:]
  private var flags: Set<String> = []
  private var positionals: [String] = []
  private var onlyPositionals = false

  /// - Parameter words: What follows the program's name.
  package static func parse(_ words: [String], _ root: Command) throws(UsageError) -> Outcome {
    var parser = Parser(chain: [root], remaining: words[...])
    return try parser.parse()
  }

  private init(chain: [Command], remaining: ArraySlice<String>) {
    self.chain = chain
    self.remaining = remaining
  }

  private var command: Command { chain[chain.count - 1] }
  private var path: String { chain.map(\.name).joined(separator: " ") }

  /// The command's own options, then its ancestors': `--output` may stand anywhere.
  private var options: [Option] { chain.reversed().flatMap(\.options) }

  private mutating func parse() throws(UsageError) -> Outcome {
    while let word = remaining.popFirst() {
      if onlyPositionals || word == "-" || !word.hasPrefix("-") {
        try takeWord(word)
      } else if word == "--" {
        onlyPositionals = true
      } else if word == "--help" || word == "-h" {
        return .help(chain: chain)
      } else if word.hasPrefix("--") {
        try takeLong(word.dropFirst(2))
      } else {
        try takeShort(word.dropFirst())
      }
    }
    return try finish()
  }

  private mutating func takeWord(_ word: String) throws(UsageError) {
    guard positionals.isEmpty, !onlyPositionals, !command.subcommands.isEmpty else {
      return positionals.append(word)
    }
    guard let next = command.subcommand(named: word) else {
      let names = command.visibleSubcommands.map(\.name)
      throw usage(
        "'\(word)' is not a subcommand" + Suggestion.phrase(for: word, among: names))
    }
    chain.append(next)
  }

  private mutating func takeLong(_ text: Substring) throws(UsageError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.name == name }) else {
      let names = options.map { "--" + $0.name } + ["--help"]
      throw usage(
        "unknown option '--\(name)'" + Suggestion.phrase(for: "--" + name, among: names))
    }
    try take(option, spelled: "--" + name, attached: parts.count > 1 ? String(parts[1]) : nil)
  }

  private mutating func takeShort(_ text: Substring) throws(UsageError) {
    var rest = text
    while let letter = rest.popFirst() {
      guard let option = options.first(where: { $0.short == letter }) else {
        throw usage("unknown option '-\(letter)'")
      }
      guard !option.isFlag else {
        flags.insert(option.name)
        continue
      }
      let attached = rest.isEmpty ? nil : String(rest.first == "=" ? rest.dropFirst() : rest)
      return try take(option, spelled: "-\(letter)", attached: attached)
    }
  }

  private mutating func take(
    _ option: Option, spelled: String, attached: String?
  ) throws(UsageError) {
    guard let valueName = option.valueName else {
      guard attached == nil else { throw usage("\(spelled) takes no value") }
      flags.insert(option.name)
      return
    }
    let value: String
    if let attached {
      value = attached
    } else if let next = remaining.first, !isOption(next) {
      value = next
      remaining.removeFirst()
    } else {
      throw usage("\(spelled) needs a value: \(spelled) \(valueName)")
    }
    guard option.choices.isEmpty || option.choices.contains(value) else {
      let choices = option.choices.joined(separator: ", ")
      let meant = Suggestion.phrase(for: value, among: option.choices)
      throw usage("\(spelled) is one of \(choices), not '\(value)'\(meant)")
    }
    values[option.name, default: []].append(value)
  }

  /// Whether a word is surely not a value: a known option where a value should stand was forgotten.
  private func isOption(_ word: String) -> Bool {
    guard word.hasPrefix("--"), word.count > 2 else { return false }
    let name = word.dropFirst(2).prefix { $0 != "=" }
    return name == "help" || options.contains { $0.name == name }
  }

  private func finish() throws(UsageError) -> Outcome {
    guard command.action != nil else {
      guard chain.count > 1 || !flags.isEmpty || !values.isEmpty else { return .help(chain: chain) }
      let names = command.visibleSubcommands.map(\.name).joined(separator: ", ")
      throw usage("a subcommand is missing: one of \(names)")
    }
    try checkPositionals()
    return .run(
      Invocation(chain: chain, arguments: positionals, values: values, flags: flags))
  }

  private func checkPositionals() throws(UsageError) {
    let wanted = command.arguments
    for (index, argument) in wanted.enumerated() {
      guard index < positionals.count else {
        guard argument.count == .one else { continue }
        throw usage("\(argument.name) is missing")
      }
      let word = positionals[index]
      guard argument.choices.isEmpty || argument.choices.contains(word) else {
        let choices = argument.choices.joined(separator: ", ")
        let meant = Suggestion.phrase(for: word, among: argument.choices)
        throw usage("\(argument.name) is one of \(choices), not '\(word)'\(meant)")
      }
    }
    guard positionals.count <= wanted.count || wanted.last?.count == .any else {
      throw usage("too many arguments: '\(positionals[wanted.count])'")
    }
  }

  private func usage(_ message: String) -> UsageError { UsageError(message, commandPath: path) }
}
