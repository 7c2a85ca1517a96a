// SPDX-License-Identifier: Apache-2.0

extension Completion {
  static func fish(_ root: Command) -> String {
    let function = "_" + functionName(root) + "_path"
    var lines = [
      "# fish completion for \(root.name): \(root.name) completion fish | source",
      "function \(function)",
      "  set -l path \(root.name)",
      "  for word in (commandline -opc)[2..-1]",
      "    switch \"$path $word\"",
      "      case \(nodes(of: root).dropFirst().map { quoted($0.path) }.joined(separator: " "))",
      "        set path \"$path $word\"",
      "    end",
      "  end",
      "  test \"$path\" = \"$argv\"",
      "end",
    ]
    for node in nodes(of: root) {
      lines += commands(node, root, function) + options(node, root, function)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func commands(_ node: Node, _ root: Command, _ function: String) -> [String] {
    let choices = node.command.arguments.flatMap { one in one.choices.map { ($0, one.help) } }
    let words = node.command.visibleSubcommands.map { ($0.name, $0.summary) } + choices
    return words.map { word, help in
      "complete -c \(root.name) -f -n \(condition(node, function))"
        + " -a \(quoted(word)) -d \(quoted(help))"
    }
  }

  private static func options(_ node: Node, _ root: Command, _ function: String) -> [String] {
    node.options.map { option in
      var line = "complete -c \(root.name) -n \(condition(node, function)) -l \(option.name)"
      if let short = option.short { line += " -s \(short)" }
      if !option.isFlag { line += option.completesFiles ? " -r -F" : " -x" }
      if !option.choices.isEmpty { line += " -a " + quoted(option.choices.joined(separator: " ")) }
      return line + " -d " + quoted(option.help)
    }
  }

  private static func condition(_ node: Node, _ function: String) -> String {
    quoted("\(function) \(node.path)")
  }
}
