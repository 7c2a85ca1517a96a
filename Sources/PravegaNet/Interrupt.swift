// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PravegaThreads

/// Ends a connect from another thread, wherever that waits: for the name resolver, for the peer to
/// accept, or in the TLS handshake.
///
/// Once raised it stays raised. Safe to use from any thread.
package final class Interrupt: Sendable {
  private struct State {
    var isRaised = false
    var actions: [@Sendable () -> Void] = []
  }

  private let monitor = Monitor(State())
  /// Readable as soon as it is raised, and for as long as anybody waits for it.
  private let wakeUp: WakeUp

  package init() throws(NetError) { wakeUp = try WakeUp() }

  package var isRaised: Bool { monitor.withLock { $0.isRaised } }

  /// Never blocks. Idempotent.
  package func raise() {
    let actions = monitor.withLock { state in
      state.isRaised = true
      defer { state.actions = [] }
      return state.actions
    }
    wakeUp.signal()
    for action in actions { action() }
  }

  /// Calls `action` on the thread that raises, at once when it is raised already.
  func whenRaised(_ action: @escaping @Sendable () -> Void) {
    let isLate = monitor.withLock { state -> Bool in
      if !state.isRaised { state.actions.append(action) }
      return state.isRaised
    }
    if isLate { action() }
  }

  var pollEntry: pollfd { wakeUp.pollEntry }
}

extension System {
  /// Waits until a socket is ready for `events`, at most until `deadline`.
  ///
  /// - Returns: false when the deadline passed or `interrupt` was raised.
  static func wait(
    for events: CInt, of descriptor: CInt, until deadline: Deadline, or interrupt: Interrupt?
  ) throws(SystemFailure) -> Bool {
    var entries = [pollfd(fd: descriptor, events: Int16(events), revents: 0)]
    if let interrupt { entries.append(interrupt.pollEntry) }
    let count = try poll(&entries, until: deadline)
    return count > 0 && interrupt?.isRaised != true
  }
}

extension NetError {
  /// Why a wait of `call` ended without its result.
  static func unfinished(_ call: String, _ interrupt: Interrupt?, endpoint: String?) -> NetError {
    interrupt?.isRaised == true
      ? NetError(.closed, call: call, endpoint: endpoint)
      : NetError(.timedOut, call: call, code: ETIMEDOUT, endpoint: endpoint)
  }
}
