// SPDX-License-Identifier: Apache-2.0

/// The text that `--help` prints, made from the argument tree.
package struct HelpPage {
  private let chain: [Command]
  private var lines: [String] = []

  package init(chain: [Command]) { self.chain = chain }

  package static func text(for chain: [Command]) -> String {
    var page = HelpPage(chain: chain)
    page.render()
    return page.lines.joined(separator: "\n") + "\n"
  }

  /// `pravega stream create SCOPE/STREAM [options]`.
  package static func usage(of chain: [Command]) -> String {
    guard let command = chain.last else { return "" }
    var words = chain.map(\.name)
    if !command.subcommands.isEmpty { words.append("SUBCOMMAND") }
    words += command.arguments.map(\.spelling)
    if chain.contains(where: { !$0.options.isEmpty }) { words.append("[options]") }
    return words.joined(separator: " ")
  }

  private mutating func render() {
    guard let command = chain.last else { return }
    lines.append(contentsOf: HelpPage.wrap(command.summary, width: 80))
    if !command.discussion.isEmpty {
      lines.append("")
      for paragraph in HelpPage.paragraphs(command.discussion) {
        lines.append(contentsOf: HelpPage.wrap(paragraph, width: 80))
      }
    }
    section("USAGE", [HelpPage.usage(of: chain)])
    definitions("SUBCOMMANDS", command.visibleSubcommands.map { ($0.name, $0.summary) })
    definitions("ARGUMENTS", command.arguments.map { ($0.name, $0.help) })
    definitions("OPTIONS", command.options.map { ($0.spelling, HelpPage.describe($0)) })
    let inherited = chain.dropLast().reversed().flatMap(\.options)
    definitions("COMMON OPTIONS", inherited.map { ($0.spelling, HelpPage.describe($0)) })
    section("EXAMPLES", command.examples.flatMap { ["# " + $0.purpose, $0.line] })
    if chain.count == 1 {
      let codes = ExitCode.allCases.map { (String($0.rawValue), $0.meaning) }
      definitions("EXIT CODES", codes)
    }
  }

  private static func describe(_ option: Option) -> String {
    var text = option.help
    if !option.choices.isEmpty { text += " (one of: \(option.choices.joined(separator: ", ")))" }
    if let fallback = option.defaultText { text += " (default: \(fallback))" }
    if option.isRepeatable { text += " (may be given several times)" }
    return text
  }

  private mutating func section(_ title: String, _ body: [String]) {
    guard !body.isEmpty else { return }
    lines.append("")
    lines.append(title)
    lines.append(contentsOf: body.map { "  " + $0 })
  }

  private mutating func definitions(_ title: String, _ rows: [(String, String)]) {
    let column = min(28, (rows.map(\.0.count).max() ?? 0)) + 2
    var body: [String] = []
    for (term, text) in rows {
      let wrapped = HelpPage.wrap(text, width: 96 - column)
      let padding = String(repeating: " ", count: max(2, column - term.count))
      var rest = wrapped[...]
      if term.count + 2 <= column, let first = rest.popFirst() {
        body.append(term + padding + first)
      } else {
        body.append(term)
      }
      body.append(contentsOf: rest.map { String(repeating: " ", count: column) + $0 })
    }
    section(title, body)
  }

  private static func paragraphs(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Breaks a paragraph at spaces.
  static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.isEmpty {
        line = String(word)
      } else if line.count + 1 + word.count <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    lines.append(line)
    return lines
  }
}
