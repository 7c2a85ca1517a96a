// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// A user of a client whose blocked callers have to be told when the client closes.
package protocol ClientBound: AnyObject, Sendable {
  /// The client is closed: nothing more will come. Called once, without locks; must not block.
  func clientClosed()
}

/// Whether something is closed, to wait on, and whom to tell.
///
/// It keeps whom it tells: each says when he wants to hear no more, at the end of his own life at
/// the latest. Weak references in their place would cost: an object that was ever referred to
/// weakly counts its references slowly from then on, and a list of them has to be swept.
package final class ClosingSignal: Sendable {
  private struct State {
    var isClosed = false
    var bound: [ObjectIdentifier: any ClientBound] = [:]
    var whenAlone: (@Sendable () -> Void)?
  }

  private let monitor = Monitor(State())

  package init() {}

  package var hasClosed: Bool { monitor.withLock { $0.isClosed } }

  /// How many are to be told; for tests.
  package var boundCount: Int { monitor.withLock { $0.bound.count } }

  package func close() {
    let (bound, action) = monitor.withLock { state in
      state.isClosed = true
      defer { (state.bound, state.whenAlone) = ([:], nil) }
      return (state.bound, state.whenAlone)
    }
    _ = action
    monitor.signalAll()
    for object in bound.values { object.clientClosed() }
  }

  /// Tells `object` when the client closes, at once when it has closed. Keeps it alive until then,
  /// or until ``forget(_:)``.
  package func tell(_ object: any ClientBound) {
    let isLate = monitor.withLock { state -> Bool in
      if !state.isClosed { state.bound[ObjectIdentifier(object)] = object }
      return state.isClosed
    }
    if isLate { object.clientClosed() }
  }

  /// `object` is over and need not be told.
  package func forget(_ object: any ClientBound) {
    let (dropped, action) = monitor.withLock { state in
      let dropped = state.bound.removeValue(forKey: ObjectIdentifier(object))
      return (dropped, state.bound.isEmpty ? state.whenAlone.take() : nil)
    }
    _ = dropped
    action?()
  }

  /// Calls `action` once as soon as nobody is left to be told, at once when there is nobody; not
  /// after a close.
  func whenAlone(_ action: @escaping @Sendable () -> Void) {
    let isAlone = monitor.withLock { state -> Bool in
      guard !state.isClosed else { return false }
      if !state.bound.isEmpty { state.whenAlone = action }
      return state.bound.isEmpty
    }
    if isAlone { action() }
  }

  /// Waits for a time, or less when it closes meanwhile.
  package func pause(_ duration: Duration) {
    _ = monitor.wait(until: .after(duration)) { $0.isClosed ? true : nil }
  }
}
