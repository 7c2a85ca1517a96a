// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// How long a writer goes on looking for the store of a segment, and how often it looks.
enum WriterPatience: Sendable {
  /// This library's own: waits as ``RepairSchedule`` says, until so much time has passed.
  case lasting(Duration, longestPause: Duration)
  /// What the user asked for, in Java's terms: attempts are counted, not time.
  case counting(RetryPolicy)

  init(_ policy: RetryPolicy?, _ repair: RepairSettings) {
    self =
      policy.map { .counting($0) }
      ?? .lasting(repair.giveUpAfter, longestPause: repair.longestPause)
  }

  /// When the next attempt is due; nil is at once.
  ///
  /// - Parameters:
  ///   - failures: those in a row, the loss of a connection included.
  ///   - attempts: those to connect among them.
  func nextAttempt(failures: Int, attempts: Int) -> Deadline? {
    switch self {
    case .lasting(_, let longest):
      guard failures > 1 else { return nil }
      return .after(RepairSchedule.delay(beforeAttempt: failures, longest: longest))
    case .counting(let policy):
      guard let delay = policy.delay(beforeAttempt: attempts + 1), delay > .zero else { return nil }
      return .after(delay * Double.random(in: 0.5...1))
    }
  }

  /// Whether there is no other attempt after a failure.
  func isOver(since: Deadline, attempts: Int) -> Bool {
    switch self {
    case .lasting(let duration, _): return since.advanced(by: duration).hasPassed
    case .counting(let policy): return policy.delay(beforeAttempt: attempts + 1) == nil
    }
  }

  /// What the events of a segment fail with when there is no other attempt.
  func error(_ segment: String, _ last: PravegaError) -> PravegaError {
    let first = last.message.prefix(1).lowercased()
    let reason = first + last.message.dropFirst().drop(suffix: ".")
    return PravegaError(
      .retriesExhausted,
      "The segment store of \(segment) could not be reached \(words) (\(reason)).",
      hint: last.hint, retry: .outcomeUnknown,
      context: .init(subject: segment, endpoint: last.context.endpoint), underlying: last)
  }

  /// How much was tried.
  private var words: String {
    switch self {
    case .lasting(let duration, _): return "for \(Int(duration.seconds)) seconds"
    case .counting(let policy):
      return policy.attempts == 1 ? "in 1 attempt" : "in \(policy.attempts) attempts"
    }
  }
}

extension Substring {
  fileprivate func drop(suffix: String) -> Substring {
    hasSuffix(suffix) ? dropLast(suffix.count) : self
  }
}
