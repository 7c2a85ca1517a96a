// SPDX-License-Identifier: Apache-2.0

extension Completion {
  static func bash(_ root: Command) -> String {
    let function = functionName(root)
    return """
      # bash completion for \(root.name): source <(\(root.name) completion bash)
      \(function)() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
        local path=\(root.name) word words=
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case "$path $word" in
            \(pathCases(root))) path="$path $word" ;;
          esac
        done
        COMPREPLY=()
        case "$path $previous" in
      \(valueCases(root))
        esac
        case "$path" in
      \(wordCases(root))
        esac
        COMPREPLY=($(compgen -W "$words" -- "$current"))
      }
      complete -o bashdefault -o default -F \(function) \(root.name)

      """
  }

  /// What may follow an option that takes a value.
  private static func valueCases(_ root: Command) -> String {
    var lines: [String] = []
    for node in nodes(of: root) {
      for option in node.options where !option.isFlag {
        let patterns = spellings(option).map { quoted(node.path + " " + $0) }
        let pattern = patterns.joined(separator: "|")
        let choices = option.choices.joined(separator: " ")
        let reply =
          choices.isEmpty ? "" : "COMPREPLY=($(compgen -W \(quoted(choices)) -- \"$current\")); "
        lines.append("    \(pattern)) \(reply)return ;;")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func wordCases(_ root: Command) -> String {
    nodes(of: root).map { node in
      let words = node.words + node.options.flatMap(spellings) + ["--help"]
      return "    \(quoted(node.path))) words=\(quoted(words.joined(separator: " "))) ;;"
    }.joined(separator: "\n")
  }
}
