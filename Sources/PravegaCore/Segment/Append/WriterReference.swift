// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// How timers and the client refer to a writer without keeping it after its end.
///
/// In the place of a weak reference: an object that was ever referred to weakly counts its
/// references slowly from then on, and a writer's are counted for every event. The writer is held
/// until it ends, which the end of its user's handle brings about.
final class WriterReference: ClientBound {
  private let monitor = Monitor<StreamWriter?>(nil)

  var writer: StreamWriter? { monitor.withLock { $0 } }

  func set(_ writer: StreamWriter) { monitor.withLock { $0 = writer } }

  func clear() {
    let old = monitor.withLock { writer -> StreamWriter? in
      defer { writer = nil }
      return writer
    }
    _ = old
  }

  func clientClosed() {
    writer?.end(
      with: PravegaError(
        .objectClosed, "The client of this writer was closed.",
        hint: "Create another client and another writer.", retry: .outcomeUnknown))
  }
}
