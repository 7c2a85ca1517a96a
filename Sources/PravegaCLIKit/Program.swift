// SPDX-License-Identifier: Apache-2.0

/// Runs a command of the tree and turns whatever happens into an exit code and one sentence.
package struct Program: Sendable {
  /// What a person is told about an error.
  package struct Report: Sendable {
    package var message: String
    package var hint: String?
    package var exitCode: ExitCode
    /// A name for programs, finer than the exit code's.
    package var code: String

    /// - Parameter code: by default the exit code's name.
    package init(
      _ message: String, hint: String? = nil, exitCode: ExitCode = .error, code: String? = nil
    ) {
      self.message = message
      self.hint = hint
      self.exitCode = exitCode
      self.code = code ?? "\(exitCode)"
    }

    /// Message and hint, one line.
    package var sentence: String {
      guard let hint else { return message }
      return message + (message.last.map { ".?!".contains($0) } == true ? " " : ". ") + hint
    }

    /// The same for programs: `{"command": ..., "version": 1, "error": {...}}`.
    func json(_ commandPath: String) -> String {
      var error: JSONObject = ["code": .string(code), "message": .string(message)]
      if let hint { error["hint"] = .string(hint) }
      error["exit_code"] = .int(Int64(exitCode.rawValue))
      return JSONValue.object([
        "command": .string(commandPath), "version": .int(Program.jsonVersion),
        "error": .object(error),
      ]).text
    }
  }

  /// Of everything that `--output json` prints: grows when a member changes its meaning or goes away.
  package static let jsonVersion: Int64 = 1

  package var root: Command
  /// Translates the errors of the layer below; nil for one that it does not know.
  package var explain: @Sendable (any Error) -> Report?

  package init(root: Command, explain: @escaping @Sendable (any Error) -> Report?) {
    self.root = root
    self.explain = explain
  }

  /// Parses the process's arguments and runs; returns what `exit` wants.
  package func main() -> Int32 {
    StandardStreams.occupy()
    Signals.ignoreClosedPipes()
    do {
      return run(try ArgumentVector.words()).rawValue
    } catch {
      return complain(error).rawValue
    }
  }

  package func run(_ words: [String]) -> ExitCode {
    var commandPath = ""
    do {
      switch try Parser.parse(words, root) {
      case .help(let chain):
        let output = Output()
        try output.write(HelpPage.text(for: chain))
        try output.flush()
        return .ok
      case .run(let invocation):
        commandPath = invocation.commandName
        guard let action = invocation.command.action else { return .usage }
        return try action(invocation)
      }
    } catch {
      return complain(error, commandPath, asJSON: Self.wantsJSON(words))
    }
  }

  private func complain(
    _ error: any Error, _ commandPath: String = "", asJSON: Bool = false
  ) -> ExitCode {
    let report = report(on: error)
    Console.say(asJSON ? report.json(commandPath) : "\(root.name): \(report.sentence)")
    return report.exitCode
  }

  /// Whether `--output json` stands there, also in a line that makes no sense otherwise.
  static func wantsJSON(_ words: [String]) -> Bool {
    let words = words.prefix { $0 != "--" }
    let pairs = zip(words, words.dropFirst())
    return words.contains { ["--output=json", "-ojson", "-o=json"].contains($0) }
      || pairs.contains { ["--output", "-o"].contains($0) && $1 == "json" }
  }

  package func report(on error: any Error) -> Report {
    switch error {
    case let error as UsageError:
      let path = error.commandPath.isEmpty ? root.name : error.commandPath
      return Report(error.message, hint: "See '\(path) --help'.", exitCode: .usage)
    case let error as Report: return error
    case let error as OutputError: return Report(error.description)
    case LineReader.Failure.unreadable(let error): return Report(error.description)
    case LineReader.Failure.tooLong(let line, let limit):
      return Report(
        "line \(line) of standard input is longer than \(limit) bytes",
        hint: "Split it into shorter lines.")
    default: return explain(error) ?? Report("\(error)")
    }
  }
}

extension Program.Report: Error {}
