// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Decides when to ask a silent peer whether it is still there. Time is a parameter.
struct KeepAlive: Sendable {
  enum Step: Hashable, Sendable {
    case wait(until: Deadline)
    case ping
    case giveUp
  }

  private let interval: Duration
  private let timeout: Duration
  private let withoutCalls: Bool
  private var lastHeard: Deadline
  private var pingedAt: Deadline?
  /// When a caller had the server asked, while there is no answer.
  private var askedAt: Deadline?
  /// Whether that was done since the last byte that was no answer.
  private var hasAsked = false

  init(interval: Duration, timeout: Duration, withoutCalls: Bool, now: Deadline) {
    self.interval = interval
    self.timeout = timeout
    self.withoutCalls = withoutCalls
    lastHeard = now
  }

  /// Any byte will do as an answer.
  mutating func heard(_ now: Deadline) {
    lastHeard = now
    pingedAt = nil
    if askedAt == nil { hasAsked = false }
    askedAt = nil
  }

  /// What a caller waits for while there is no reply.
  enum Question: Hashable, Sendable {
    /// The server is to be asked now, if nothing was heard meanwhile.
    case ask
    /// To look again then.
    case wait(until: Deadline)
    /// The server was asked and has not answered for too long.
    case isOverdue
  }

  /// Asks at most once between two bytes that are no answers to such a question.
  mutating func question(
    _ now: Deadline, silence: Duration, timeout: Duration
  ) -> Question {
    if let askedAt {
      let end = askedAt.advanced(by: timeout)
      return now >= end ? .isOverdue : .wait(until: end)
    }
    guard !hasAsked else { return .wait(until: .distantFuture) }
    let due = lastHeard.advanced(by: silence)
    guard now >= due else { return .wait(until: due) }
    askedAt = now
    hasAsked = true
    return .ask
  }

  /// Whether a question of a caller has waited for its answer for too long.
  func isOverdue(_ now: Deadline, after timeout: Duration) -> Bool {
    askedAt.map { now >= $0.advanced(by: timeout) } ?? false
  }

  /// A call after a long rest must not find the connection overdue at once.
  mutating func firstCallStarted(_ now: Deadline) {
    guard !withoutCalls, pingedAt == nil else { return }
    lastHeard = max(lastHeard, now)
  }

  mutating func next(_ now: Deadline, hasCalls: Bool) -> Step {
    if let pingedAt {
      let end = pingedAt.advanced(by: timeout)
      return now >= end ? .giveUp : .wait(until: end)
    }
    // Without calls only to look again: nobody wakes the thread when a call starts.
    guard hasCalls || withoutCalls else { return .wait(until: now.advanced(by: interval)) }
    let due = lastHeard.advanced(by: interval)
    guard now >= due else { return .wait(until: due) }
    pingedAt = now
    return .ping
  }
}
