// SPDX-License-Identifier: Apache-2.0

extension PravegaError: CustomStringConvertible, CustomDebugStringConvertible {
  /// One line without secrets: what failed, why, and what to do.
  public var description: String {
    var text = ""
    if !context.operation.isEmpty { text += context.operation + " " }
    // A message that names the thing itself need not be told what it is about.
    if !context.subject.isEmpty, !isNamedByMessage { text += context.subject + " " }
    if !text.isEmpty { text = String(text.dropLast()) + ": " }
    text += message
    if !hint.isEmpty { text += " " + hint }
    return text
  }

  /// Whether the message has the subject in it, or the scope where that is what is missing.
  package var isNamedByMessage: Bool {
    guard !context.subject.isEmpty else { return false }
    return code == .noSuchScope || message.utf8.contains(context.subject.utf8)
  }

  /// Everything that is known, on one line; secrets are never part of an error.
  public var debugDescription: String {
    var fields = ["code=\(code)", "retry=\(retry)"]
    if !context.endpoint.isEmpty { fields.append("endpoint=\(context.endpoint)") }
    if context.requestID != 0 { fields.append("requestId=\(context.requestID)") }
    if context.attempts > 0 { fields.append("attempts=\(context.attempts)") }
    if context.elapsed > .zero { fields.append("elapsed=\(context.elapsed)") }
    if let details { fields.append("details=\(details)") }
    if let underlying { fields.append("cause=[\(String(reflecting: underlying))]") }
    return "PravegaError(\(description) \(fields.joined(separator: " ")))"
  }
}

extension String.UTF8View {
  /// Without `Foundation` and without regular expressions: messages are short.
  fileprivate func contains(_ part: String.UTF8View) -> Bool {
    let count = part.count
    guard count > 0, count <= self.count else { return count == 0 }
    return indices.contains { self[$0...].starts(with: part) }
  }
}

extension PravegaError {
  /// Whether it only says that there was no time left: what failed before says more.
  var isLate: Bool { code == .timeout && retry == .safe }
}
