// SPDX-License-Identifier: Apache-2.0

/// What is wrong with the text of a plan.
public struct FaultPlanError: Error, Sendable, CustomStringConvertible {
  /// One sentence.
  public let description: String
}

extension FaultPlan {
  /// Reads a plan: `NAME@N:ACTION`, several of them with commas between.
  ///
  /// `NAME` is a wire command, a controller call, or `*` for every one; `N` says which of them, from 1,
  /// `N+` from which on (left out: every one). Actions are `cut`, `cut=BYTES` (of the reply),
  /// `drop`, `dup`, `delay=MS`, `hang`, `wronghost`, `seal`, `expired`,
  /// `refused`, `moved=HOST:PORT` and
  /// `status=CODE`; further ones for the same requests may follow with commas.
  ///
  /// - Throws: ``FaultPlanError`` with a sentence that names what cannot be read.
  public convenience init(_ text: String) throws(FaultPlanError) {
    var rules: [FaultRule] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      let part = FaultText(piece).trimmed
      guard !part.isEmpty else {
        throw FaultPlanError(description: "There is an empty part in the fault \"\(text)\".")
      }
      if let action = try? FaultText.action(part), var last = rules.popLast() {
        last.actions.append(action)
        rules.append(last)
      } else {
        rules.append(try FaultText.rule(part))
      }
    }
    self.init(rules: rules)
  }
}

/// Pieces of a plan's text.
private struct FaultText {
  static let form = "NAME@N:ACTION, for example AppendBlockEnd@3:cut"
  static let actions =
    "cut, cut=BYTES, drop, dup, delay=MS, hang, wronghost, seal, expired, refused, moved=HOST:PORT, status=CODE"

  let trimmed: String

  init(_ text: some StringProtocol) {
    let start = text.drop { $0 == " " || $0 == "\t" }
    var end = start
    while end.last == " " || end.last == "\t" { end = end.dropLast() }
    trimmed = String(end)
  }

  static func rule(_ text: String) throws(FaultPlanError) -> FaultRule {
    guard let colon = text.firstIndex(of: ":") else {
      throw FaultPlanError(description: "\"\(text)\" has no action; a fault is \(form).")
    }
    let head = FaultText(text[..<colon]).trimmed
    let parts = head.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    var rule = FaultRule(try name(FaultText(parts.first ?? "").trimmed), first: 1, repeats: true)
    if parts.count == 2 {
      (rule.first, rule.repeats) = try count(FaultText(parts[1]).trimmed, in: text)
    }
    rule.actions = [try action(FaultText(text[text.index(after: colon)...]).trimmed)]
    return rule
  }

  private static func name(_ text: String) throws(FaultPlanError) -> String {
    guard !text.isEmpty else {
      throw FaultPlanError(description: "A fault begins with a name: \(form).")
    }
    guard !FaultNames.isKnown(text) else { return text }
    let similar = FaultNames.similar(to: text)
    let hint = similar.isEmpty ? "" : " Is it \(similar.joined(separator: " or "))?"
    throw FaultPlanError(
      description: "\"\(text)\" is neither a wire command nor a controller call.\(hint)")
  }

  private static func count(
    _ text: String, in fault: String
  ) throws(FaultPlanError) -> (Int, Bool) {
    let repeats = text.hasSuffix("+")
    guard let first = Int(repeats ? String(text.dropLast()) : text), first > 0 else {
      throw FaultPlanError(
        description: "\"@\(text)\" in \"\(fault)\" is not a count from 1 on, such as @3 or @3+.")
    }
    return (first, repeats)
  }

  static func action(_ text: String) throws(FaultPlanError) -> FaultAction {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let value = parts.count == 2 ? String(parts[1]) : nil
    switch (parts.first?.lowercased() ?? "", value) {
    case ("cut", nil): return .cut
    case ("cut", let value?): return .cutReply(after: try number(value, in: text))
    case ("drop", nil): return .drop
    case ("dup", nil): return .duplicate
    case ("delay", let value?): return .delay(.milliseconds(try number(value, in: text)))
    case ("hang", nil): return .hang
    case ("wronghost", nil): return .wrongHost
    case ("seal", nil): return .seal
    case ("expired", nil): return .expiredToken
    case ("refused", nil): return .refusedToken
    case ("moved", let address?) where address.contains(":"): return .moved(address)
    case ("status", let value?): return .status(try number(value, in: text))
    default:
      throw FaultPlanError(
        description: "\"\(text)\" is not an action. Actions are \(actions).")
    }
  }

  private static func number(_ text: String, in action: String) throws(FaultPlanError) -> Int {
    guard let number = Int(text), (0...1_000_000_000).contains(number) else {
      throw FaultPlanError(
        description: "\"\(action)\" needs a whole number from 0 on behind the equals sign.")
    }
    return number
  }
}
