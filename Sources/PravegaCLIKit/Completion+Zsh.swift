// SPDX-License-Identifier: Apache-2.0

extension Completion {
  static func zsh(_ root: Command) -> String {
    let function = functionName(root)
    return """
      #compdef \(root.name)
      # zsh completion for \(root.name): \(root.name) completion zsh > "${fpath[1]}/_\(root.name)"
      \(function)() {
        local path_so_far=\(root.name) word
        for word in "${words[@]:1:$((CURRENT-2))}"; do
          case "$path_so_far $word" in
            \(pathCases(root))) path_so_far="$path_so_far $word" ;;
          esac
        done
        local -a commands options
        case "$path_so_far" in
      \(descriptions(root))
        esac
        case "$path_so_far ${words[CURRENT-1]}" in
      \(values(root))
        esac
        (( ${#commands} )) && _describe -t commands command commands
        if [[ ${words[CURRENT]} == -* ]]; then
          _describe -t options option options
        elif (( ! ${#commands} )); then
          _files
        fi
      }
      if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
        \(function) "$@"
      else
        compdef \(function) \(root.name)
      fi

      """
  }

  private static func descriptions(_ root: Command) -> String {
    nodes(of: root).map { node in
      let commands = node.command.visibleSubcommands.map { entry($0.name, $0.summary) }
      let choices = node.command.arguments.flatMap { one in one.choices.map { entry($0, one.help) }
      }
      let options = node.options.flatMap { one in spellings(one).map { entry($0, one.help) } }
      let help = entry("--help", "says how it is used")
      return """
            \(quoted(node.path)))
              commands=(\((commands + choices).joined(separator: " ")))
              options=(\((options + [help]).joined(separator: " "))) ;;
        """
    }.joined(separator: "\n")
  }

  private static func values(_ root: Command) -> String {
    var lines: [String] = []
    for node in nodes(of: root) {
      for option in node.options where !option.isFlag {
        let pattern = spellings(option).map { quoted(node.path + " " + $0) }.joined(separator: "|")
        let choices = option.choices.map(quoted).joined(separator: " ")
        let reply =
          choices.isEmpty ? (option.completesFiles ? "_files; " : "") : "compadd -- \(choices); "
        lines.append("    \(pattern)) \(reply)return ;;")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func entry(_ name: String, _ help: String) -> String {
    quoted(name + ":" + help)
  }
}
