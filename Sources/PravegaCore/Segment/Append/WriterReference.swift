// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// How timers and the client refer to a writer without keeping it after its end.
///
/// In the place of a weak reference: an object that was ever referred to weakly counts its
/// references slowly from then on, and a writer's are counted for every event. The writer is held
/// until it ends, which the end of its user's handle brings about.
final class WriterReference: ClientBound {
  private struct State {
    var writer: StreamWriter?
    /// Tells it of the client's end.
    var signal: ClosingSignal?
  }

  private let monitor = Monitor(State())

  var writer: StreamWriter? { monitor.withLock { $0.writer } }

  func set(_ writer: StreamWriter) { monitor.withLock { $0.writer = writer } }

  /// Lets the writer hear of the end of a client, as long as it lives itself.
  func bind(to signal: ClosingSignal) {
    monitor.withLock { $0.signal = signal }
    signal.tell(self)
    // It may have ended before it was told of.
    if writer == nil { signal.forget(self) }
  }

  func clear() {
    let old = monitor.withLock { state in
      defer { state = State() }
      return state
    }
    old.signal?.forget(self)
  }

  func clientClosed() {
    writer?.end(
      with: PravegaError(
        .objectClosed, "The client of this writer was closed.",
        hint: "Create another client and another writer.", retry: .outcomeUnknown))
  }
}
