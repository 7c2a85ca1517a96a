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
/// The store acknowledges cumulatively and stores a block whole, so its events share a fate, except
/// for those of a user who has left: they fail for whoever holds their futures, and go on for the
/// block. A gate exists only if somebody waits.
// @unchecked: `details` is touched only under the lock that `stripe` gives.
final class BlockCompletion: @unchecked Sendable {
  private struct Details {
    var outcome = BlockOutcome.pending
    var gate: Gate?
    var callbacks: [Callback] = []
    var withdrawn: [Int: PravegaError] = [:]

    /// What became of one event of the block.
    func outcome(of index: Int?) -> BlockOutcome {
      if let index, let error = withdrawn[index] { return .failed(error) }
      return outcome
    }

    func isWithdrawn(_ index: Int?) -> Bool { index.map { withdrawn[$0] != nil } ?? false }
  }

  /// What calls wait at. All of a gate are woken for the same reason: after a withdrawal those who
  /// wait again do so at a new one, or they would use up the wake-ups of those still to wake.
  // @unchecked: `waiters` is touched only under the lock of the completion.
  private final class Gate: @unchecked Sendable {
    let semaphore = DispatchSemaphore(value: 0)
    var waiters = 0
  }

  private struct Callback {
    /// Nil for the block as a whole.
    let index: Int?
    let call: @Sendable (Result<Void, any Error>) -> Void
  }

  private static let storedFlag: UInt8 = 1
  private static let withdrawnFlag: UInt8 = 2

  /// Tells without a lock what most of those who look want to know.
  private let flags = Atomic<UInt8>(0)
  private var details = Details()

  /// How many calls wait at the gate; for tests.
  var waiterCount: Int { withDetails { $0.gate?.waiters ?? 0 } }

  /// Locks shared by all completions: a lock each would double the cost of a small block.
  private static let stripes = (0..<32).map { _ in Monitor(()) }

  private var stripe: Monitor<Void> {
    let address = UInt(bitPattern: ObjectIdentifier(self).hashValue)
    return Self.stripes[Int((address >> 5) % 32)]
  }

  private func withDetails<R>(_ body: (inout Details) -> R) -> R {
    stripe.withLock { _ in body(&details) }
  }

  /// Whether it is stored and no event was withdrawn.
  private var isStored: Bool { flags.load(ordering: .acquiring) == Self.storedFlag }

  /// The outcome of an event so far, or of the block as a whole.
  func outcome(of index: Int?) -> BlockOutcome {
    if isStored { return .stored }
    return withDetails { details in
      let outcome = details.outcome(of: index)
      if case .pending = outcome, flags.load(ordering: .acquiring) & Self.storedFlag != 0 {
        return .stored
      }
      return outcome
    }
  }

  /// Lets everybody who looks see that the block is stored; ``resolve(_:)`` then wakes those who wait.
  /// Takes no lock.
  func markStored() { flags.bitwiseOr(Self.storedFlag, ordering: .releasing) }

  /// Sets the outcome once; later calls change nothing.
  func resolve(_ outcome: BlockOutcome) {
    let finished = withDetails { details -> Details? in
      guard case .pending = details.outcome else { return nil }
      details.outcome = outcome
      if case .stored = outcome { markStored() }
      let copy = details
      details.callbacks = []
      return copy
    }
    guard let finished else { return }
    finished.gate?.semaphore.signal()
    for callback in finished.callbacks { deliver(outcome, callback) }
  }

  /// Fails events of a user who has left, unless their outcome is known already.
  func withdraw(_ indices: [Int], _ error: PravegaError) {
    typealias Left = (outcome: BlockOutcome, gate: Gate?, callbacks: [Callback])
    let left = withDetails { details -> Left in
      guard case .pending = details.outcome, !isStored else { return (details.outcome, nil, []) }
      for index in indices { details.withdrawn[index] = error }
      flags.bitwiseOr(Self.withdrawnFlag, ordering: .releasing)
      let (gate, callbacks) = (details.gate, details.callbacks)
      details.gate = nil
      details.callbacks = callbacks.filter { !details.isWithdrawn($0.index) }
      return (.pending, gate, callbacks.filter { details.isWithdrawn($0.index) })
    }
    if case .moved(let futures) = left.outcome {
      for index in indices where futures.indices.contains(index) {
        futures[index].completion.withdraw([futures[index].index], error)
      }
    }
    left.gate?.semaphore.signal()
    for callback in left.callbacks { deliver(.failed(error), callback) }
  }

  /// Waits for an outcome other than pending of an event, or of the block as a whole; pending when
  /// the deadline passed, and now and then earlier.
  func wait(for index: Int?, until deadline: Deadline) -> BlockOutcome {
    if isStored { return .stored }
    let gate = withDetails { details -> Gate? in
      guard case .pending = details.outcome(of: index) else { return nil }
      let gate = details.gate ?? Gate()
      details.gate = gate
      gate.waiters += 1
      return gate
    }
    guard let gate else { return outcome(of: index) }
    LockWatch.expectNoLock("waiting")
    let wasWoken = gate.semaphore.wait(timeout: deadline.dispatchTime) == .success
    let (outcome, wakesNext) = withDetails { details -> (BlockOutcome, Bool) in
      gate.waiters -= 1
      return (details.outcome(of: index), wasWoken && gate.waiters > 0)
    }
    // A gate is signalled once; each woken waiter wakes the next one.
    if wakesNext { gate.semaphore.signal() }
    return outcome
  }

  /// Waits until every event of the block is stored, wherever hand-overs brought it.
  func waitForAll(until deadline: Deadline) throws(PravegaError) {
    var left: [BlockCompletion] = [self]
    var seen = Set<ObjectIdentifier>()
    while let next = left.popLast() {
      guard seen.insert(ObjectIdentifier(next)).inserted else { continue }
      switch next.wait(for: nil, until: deadline) {
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

  /// Calls back once with the result of an event.
  func onComplete(index: Int, _ call: @escaping @Sendable (Result<Void, any Error>) -> Void) {
    add(Callback(index: index, call: call))
  }

  /// Calls back once when the block is stored, has failed or has moved.
  func onOutcome(_ call: @escaping @Sendable () -> Void) {
    add(Callback(index: nil) { _ in call() })
  }

  private func add(_ callback: Callback) {
    let outcome = withDetails { details -> BlockOutcome in
      let outcome = details.outcome(of: callback.index)
      if case .pending = outcome { details.callbacks.append(callback) }
      return outcome
    }
    deliver(outcome, callback)
  }

  private func deliver(_ outcome: BlockOutcome, _ callback: Callback) {
    switch outcome {
    case .pending: return
    case .stored: callback.call(.success(()))
    case .failed(let error): callback.call(.failure(error))
    case .moved(let futures):
      guard let index = callback.index else { return callback.call(.success(())) }
      guard futures.indices.contains(index) else { return }
      futures[index].completion.onComplete(index: futures[index].index, callback.call)
    }
  }
}
