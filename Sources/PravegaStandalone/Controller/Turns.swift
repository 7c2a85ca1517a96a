// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Gives the right to change a stream to one caller at a time. No lock is held meanwhile, so
/// that the holder can work at the segment store.
final class Turns: Sendable {
  private let busy = Monitor<Set<StreamKey>>([])
  /// Longer than any change takes; clients' own deadlines are longer still.
  private let patience: Duration

  init(patience: Duration = .seconds(120)) { self.patience = patience }

  /// Blocks until the turn is there, at most for the patience of this object.
  func run<R>(_ key: StreamKey, _ body: () throws -> R) throws -> R {
    let isMine: Void? = busy.wait(until: .after(patience)) {
      $0.insert(key).inserted ? () : nil
    }
    guard isMine != nil else { throw ControllerFailure.timedOut("another change of \(key)") }
    defer { giveBack(key) }
    return try body()
  }

  /// Nil when somebody else has the turn.
  func runIfFree<R>(_ key: StreamKey, _ body: () throws -> R) rethrows -> R? {
    guard busy.withLock({ $0.insert(key).inserted }) else { return nil }
    defer { giveBack(key) }
    return try body()
  }

  private func giveBack(_ key: StreamKey) {
    busy.withLock { _ = $0.remove(key) }
    busy.signalAll()
  }
}
