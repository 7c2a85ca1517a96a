// SPDX-License-Identifier: Apache-2.0

package import Dispatch

/// Why a ``Future`` gave no value although nobody failed it.
package enum PromiseError: Error, Equatable {
  /// The deadline passed; the result may still come.
  case timedOut
  /// The completing end was dropped without an answer.
  case abandoned
}

/// The completing end of a value that is promised once.
///
/// The first ``succeed(_:)`` or ``fail(_:)`` wins. A promise that is dropped without either
/// fails its waiters with ``PromiseError/abandoned``, so nobody waits for an answer that
/// cannot come. Safe to use from any thread.
package final class Promise<Value: Sendable>: Sendable {
  package let future = Future<Value>()

  package init() {}

  deinit { future.complete(.failure(PromiseError.abandoned)) }

  /// Completes with a value. False when the promise was completed before.
  @discardableResult
  package func succeed(_ value: Value) -> Bool { future.complete(.success(value)) }

  /// Completes with an error. False when the promise was completed before.
  @discardableResult
  package func fail(_ error: any Error) -> Bool { future.complete(.failure(error)) }
}

/// The waiting end of a ``Promise``.
package final class Future<Value: Sendable>: Sendable {
  private struct State {
    var result: Result<Value, any Error>?
    var waiters = 0
    var callbacks: [@Sendable (Result<Value, any Error>) -> Void] = []
  }

  private let monitor = Monitor(State())
  /// Created with 0: a semaphore that is dropped below its initial value traps.
  private let semaphore = DispatchSemaphore(value: 0)

  fileprivate init() {}

  /// A future that is complete from the start.
  package init(_ result: Result<Value, any Error>) {
    monitor.withLock { $0.result = result }
  }

  /// Blocks until the result is there, at most until `deadline`.
  ///
  /// - Throws: the failure, or ``PromiseError/timedOut``; the latter may be waited for again.
  package func get(until deadline: Deadline) throws -> Value {
    let known = monitor.withLock { state -> Result<Value, any Error>? in
      if state.result == nil { state.waiters += 1 }
      return state.result
    }
    if let known { return try known.get() }
    LockWatch.expectNoLock("waiting")
    let timedOut = semaphore.wait(timeout: deadline.dispatchTime) == .timedOut
    let (result, wakeNext) = monitor.withLock { state -> (Result<Value, any Error>?, Bool) in
      state.waiters -= 1
      return (state.result, state.result != nil && state.waiters > 0 && !timedOut)
    }
    if wakeNext { semaphore.signal() }
    guard let result else { throw PromiseError.timedOut }
    return try result.get()
  }

  /// The result if it is there.
  package func peek() -> Result<Value, any Error>? { monitor.withLock { $0.result } }

  /// Runs `callback` with the result: on `queue`, or without one on the completing thread
  /// (at once when the result is there already).
  package func onComplete(
    on queue: DispatchQueue? = nil,
    _ callback: @escaping @Sendable (Result<Value, any Error>) -> Void
  ) {
    let deliver: @Sendable (Result<Value, any Error>) -> Void = { result in
      guard let queue else { return callback(result) }
      queue.async { callback(result) }
    }
    let known = monitor.withLock { state -> Result<Value, any Error>? in
      if state.result == nil { state.callbacks.append(deliver) }
      return state.result
    }
    if let known { deliver(known) }
  }

  @discardableResult
  fileprivate func complete(_ result: Result<Value, any Error>) -> Bool {
    let action = monitor.withLock {
      state -> (callbacks: [@Sendable (Result<Value, any Error>) -> Void], wake: Bool)? in
      guard state.result == nil else { return nil }
      state.result = result
      defer { state.callbacks = [] }
      return (state.callbacks, state.waiters > 0)
    }
    guard let action else { return false }
    if action.wake { semaphore.signal() }
    for callback in action.callbacks { callback(result) }
    return true
  }
}

extension Deadline {
  /// For `DispatchSemaphore`: the time left, counted from now.
  package var dispatchTime: DispatchTime {
    guard self != .distantFuture else { return .distantFuture }
    let left = max(0, nanoseconds - Deadline.now.nanoseconds)
    return DispatchTime.now() + .nanoseconds(Int(left))
  }
}
