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
