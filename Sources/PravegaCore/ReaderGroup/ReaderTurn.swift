// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import Synchronization

/// Whose turn it is to read: one thread at a time, until the reader is shut.
///
/// Taking a free turn and giving it back is one atomic step each; the lock is for those who wait.
final class ReaderTurn: Sendable {
  private struct State: Sendable {
    var isClosed = false
    /// Why there is nothing more to read, when it was not the user who closed the reader.
    var failure: PravegaError?
  }

  private static var busy: UInt8 { 1 }
  /// Somebody waits for the turn.
  private static var wanted: UInt8 { 2 }
  private static var shut: UInt8 { 4 }

  private let word = Atomic<UInt8>(0)
  private let monitor = Monitor(State())

  /// Takes the turn when it is free and the reader is open.
  @inline(__always)
  func takeAtOnce() -> Bool {
    word.compareExchange(expected: 0, desired: Self.busy, ordering: .acquiring).exchanged
  }

  /// Waits for the turn. False when the deadline passed first or the reader is shut.
  func take(until deadline: Deadline) -> Bool {
    monitor.wait(until: deadline) { _ -> Bool? in
      word.load(ordering: .relaxed) & Self.shut != 0 ? false : claim()
    } ?? false
  }

  /// Waits for the last turn, which closing needs. False when the deadline passed first.
  func takeLast(until deadline: Deadline) -> Bool {
    monitor.wait(until: deadline) { _ -> Bool? in claim() } ?? false
  }

  /// True when the turn was free; else asks whoever has it to say when it is. Under the lock.
  private func claim() -> Bool? {
    let old = word.bitwiseOr(Self.busy, ordering: .acquiring).oldValue
    guard old & Self.busy != 0 else { return true }
    let later = word.bitwiseOr(Self.wanted, ordering: .relaxed).oldValue
    // It was given back in between: nobody would say so any more.
    return later & Self.busy == 0 ? claim() : nil
  }

  /// Ends the turn.
  @inline(__always)
  func giveBack() {
    let old = word.bitwiseAnd(Self.shut, ordering: .releasing).oldValue
    if old & Self.wanted != 0 { wakeUp() }
  }

  /// Through the lock, so that whoever is about to wait is woken too.
  private func wakeUp() {
    monitor.withLock { _ in }
    monitor.signalAll()
  }

  /// Lets nobody in any more. True for the first who does.
  func close() -> Bool {
    let isFirst = monitor.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed && state.failure == nil
    }
    shutOut()
    return isFirst
  }

  /// Lets nobody in any more: all later calls fail with this error. False when it had ended before.
  @discardableResult
  func fail(_ error: PravegaError) -> Bool {
    let isFirst = monitor.withLock { state -> Bool in
      guard !state.isClosed, state.failure == nil else { return false }
      state.failure = error
      return true
    }
    shutOut()
    return isFirst
  }

  private func shutOut() {
    word.bitwiseOr(Self.shut, ordering: .relaxed)
    wakeUp()
  }

  var isShut: Bool { word.load(ordering: .relaxed) & Self.shut != 0 }

  /// Whether it was closed, and the error that ended it.
  var end: (isClosed: Bool, failure: PravegaError?) {
    monitor.withLock { ($0.isClosed, $0.failure) }
  }
}
