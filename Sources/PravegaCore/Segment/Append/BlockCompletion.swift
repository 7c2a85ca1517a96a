// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import PravegaThreads
internal import Synchronization

/// What became of the events of one append block.
enum BlockOutcome: Sendable {
  case pending
  /// The store acknowledged the block.
  case stored
  case failed(PravegaError)
  /// The segment was sealed first: event `i` of the block is now the i-th of these.
  case moved([WriteFuture])
}

/// One object that completes all events of an append block.
///
/// The store acknowledges cumulatively and stores a block whole, so its events share a fate. The
/// semaphore exists only if somebody waits.
// @unchecked: `details` is touched only under the lock that `stripe` gives.
final class BlockCompletion: @unchecked Sendable {
  private struct Details {
    var outcome = BlockOutcome.pending
    var semaphore: DispatchSemaphore?
    var waiters = 0
    var callbacks: [(index: Int, call: @Sendable (Result<Void, any Error>) -> Void)] = []
  }

  private let isStored = Atomic<Bool>(false)
  private var details = Details()

  /// Locks shared by all completions: a lock each would double the cost of a small block.
  private static let stripes = (0..<32).map { _ in Monitor(()) }

  private var stripe: Monitor<Void> {
    let address = UInt(bitPattern: ObjectIdentifier(self).hashValue)
    return Self.stripes[Int((address >> 5) % 32)]
  }

  private func withDetails<R>(_ body: (inout Details) -> R) -> R {
    stripe.withLock { _ in body(&details) }
  }

  /// The outcome so far.
  var outcome: BlockOutcome {
    if isStored.load(ordering: .acquiring) { return .stored }
    return withDetails { $0.outcome }
  }

  /// Lets everybody who looks see that the block is stored; ``resolve(_:)`` then wakes those who wait.
  /// Takes no lock.
  func markStored() { isStored.store(true, ordering: .releasing) }

  /// Sets the outcome once; later calls change nothing.
  func resolve(_ outcome: BlockOutcome) {
    let finished = withDetails { details -> Details? in
      guard case .pending = details.outcome else { return nil }
      details.outcome = outcome
      if case .stored = outcome { isStored.store(true, ordering: .releasing) }
      let copy = details
      details.callbacks = []
      return copy
    }
    guard let finished else { return }
    if finished.waiters > 0 { finished.semaphore?.signal() }
    for callback in finished.callbacks { deliver(outcome, callback.index, callback.call) }
  }

  /// Waits for an outcome other than pending; pending when the deadline passed.
  func wait(until deadline: Deadline) -> BlockOutcome {
    if isStored.load(ordering: .acquiring) { return .stored }
    let semaphore = withDetails { details -> DispatchSemaphore? in
      guard case .pending = details.outcome else { return nil }
      details.waiters += 1
      if details.semaphore == nil { details.semaphore = DispatchSemaphore(value: 0) }
      return details.semaphore
    }
    guard let semaphore else { return outcome }
    _ = semaphore.wait(timeout: deadline.dispatchTime)
    let (outcome, wakeNext) = withDetails { details -> (BlockOutcome, Bool) in
      details.waiters -= 1
      guard case .pending = details.outcome else { return (details.outcome, details.waiters > 0) }
      return (.pending, false)
    }
    // Each woken waiter wakes the next one; a surplus signal only costs a loop.
    if wakeNext { semaphore.signal() }
    return outcome
  }

  /// Waits until every event of the block is stored, wherever hand-overs brought it.
  func waitForAll(until deadline: Deadline) throws(PravegaError) {
    var left: [BlockCompletion] = [self]
    var seen = Set<ObjectIdentifier>()
    while let next = left.popLast() {
      guard seen.insert(ObjectIdentifier(next)).inserted else { continue }
      switch next.wait(until: deadline) {
      case .stored: continue
      case .failed(let error): throw error
      case .moved(let futures): left += futures.map(\.completion)
      case .pending:
        guard deadline.hasPassed else {
          seen.remove(ObjectIdentifier(next))
          left.append(next)
          continue
        }
        throw WriteFuture.timeoutError
      }
    }
  }

  func onComplete(index: Int, _ call: @escaping @Sendable (Result<Void, any Error>) -> Void) {
    let outcome = withDetails { details -> BlockOutcome in
      if case .pending = details.outcome { details.callbacks.append((index, call)) }
      return details.outcome
    }
    if case .pending = outcome { return }
    deliver(outcome, index, call)
  }

  private func deliver(
    _ outcome: BlockOutcome, _ index: Int,
    _ call: @escaping @Sendable (Result<Void, any Error>) -> Void
  ) {
    switch outcome {
    case .pending: return
    case .stored: call(.success(()))
    case .failed(let error): call(.failure(error))
    case .moved(let futures):
      guard futures.indices.contains(index) else { return }
      futures[index].completion.onComplete(index: futures[index].index, call)
    }
  }
}
