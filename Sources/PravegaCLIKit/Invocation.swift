// SPDX-License-Identifier: Apache-2.0

/// What the parser made of a command line: the command found, and the values given to it.
package struct Invocation: Sendable {
  /// The tree's root first, the command to run last.
  package let chain: [Command]
  package let arguments: [String]
  let values: [String: [String]]
  let flags: Set<String>

  package var command: Command { chain[chain.count - 1] }

  /// As typed: `pravega stream create`.
  package var path: String { chain.map(\.name).joined(separator: " ") }

  /// Without the program's name: `stream create`, as JSON output names it.
  package var commandName: String { chain.dropFirst().map(\.name).joined(separator: " ") }

  package func has(_ flag: String) -> Bool { flags.contains(flag) }

  /// The value given last, or nil.
  package func string(_ name: String) -> String? { values[name]?.last }

  package func strings(_ name: String) -> [String] { values[name] ?? [] }

  /// A whole number within `range`, or `fallback` when the option was not given.
  package func int(
    _ name: String, default fallback: Int, in range: ClosedRange<Int> = 0...Int.max
  ) throws(UsageError) -> Int {
    try int(name, in: range) ?? fallback
  }

  package func int(
    _ name: String, in range: ClosedRange<Int> = 0...Int.max
  ) throws(UsageError) -> Int? {
    guard let text = string(name) else { return nil }
    guard let number = Int(text.filter { $0 != "_" && $0 != "," }) else {
      throw usage("--\(name) wants a whole number, not '\(text)'")
    }
    guard range.contains(number) else {
      let limits = range.upperBound == Int.max ? "at least" : "\(range.lowerBound) to"
      let limit = range.upperBound == Int.max ? range.lowerBound : range.upperBound
      throw usage("--\(name) wants \(limits) \(limit), not \(number)")
    }
    return number
  }

  package func double(_ name: String, default fallback: Double) throws(UsageError) -> Double {
    guard let text = string(name) else { return fallback }
    guard let number = Double(text), number.isFinite, number >= 0 else {
      throw usage("--\(name) wants a number, not '\(text)'")
    }
    return number
  }

  /// A number of bytes: `65536`, `64k`, `4GiB`.
  package func byteCount(_ name: String, default fallback: Int) throws(UsageError) -> Int {
    guard let text = string(name) else { return fallback }
    guard let number = Human.parseByteCount(text) else {
      throw usage("--\(name) wants a number of bytes such as 65536, 64KiB or 4GiB, not '\(text)'")
    }
    return number
  }

  /// A length of time: `30` (seconds), `500ms`, `2m`.
  package func duration(
    _ name: String, default fallback: Duration
  ) throws(UsageError) -> Duration {
    guard let text = string(name) else { return fallback }
    guard let duration = Human.parseDuration(text) else {
      throw usage("--\(name) wants a time such as 30, 500ms or 2m, not '\(text)'")
    }
    return duration
  }

  package func usage(_ message: String) -> UsageError { UsageError(message, commandPath: path) }
}
