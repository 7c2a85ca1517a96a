// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// A user of a client whose blocked callers have to be told when the client closes.
package protocol ClientBound: AnyObject, Sendable {
  /// The client is closed: nothing more will come. Called once, without locks; must not block.
  func clientClosed()
}

/// Whether something is closed, to wait on, and whom to tell.
package final class ClosingSignal: Sendable {
  private struct Bound {
    weak var object: (any ClientBound)?
  }

  private struct State {
    var isClosed = false
    var bound: [Bound] = []
    /// Entries whose objects are gone are swept when there are this many.
    var sweepAt = 64
  }

  private let monitor = Monitor(State())

  package init() {}

  package var hasClosed: Bool { monitor.withLock { $0.isClosed } }

  package func close() {
    let bound = monitor.withLock { state -> [Bound] in
      state.isClosed = true
      defer { state.bound = [] }
      return state.bound
    }
    monitor.signalAll()
    for entry in bound { entry.object?.clientClosed() }
  }

  /// Tells `object` when the client closes, at once when it has closed. Does not keep it alive.
  package func tell(_ object: any ClientBound) {
    let (isLate, swept) = monitor.withLock { state -> (Bool, [Bound]) in
      guard !state.isClosed else { return (true, []) }
      var old: [Bound] = []
      if state.bound.count >= state.sweepAt {
        old = state.bound
        state.bound = old.filter { $0.object != nil }
        state.sweepAt = max(64, state.bound.count * 2)
      }
      state.bound.append(Bound(object: object))
      return (false, old)
    }
    _ = swept
    if isLate { object.clientClosed() }
  }

  /// Waits for a time, or less when it closes meanwhile.
  package func pause(_ duration: Duration) {
    _ = monitor.wait(until: .after(duration)) { $0.isClosed ? true : nil }
  }
}
