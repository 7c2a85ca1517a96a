// SPDX-License-Identifier: Apache-2.0

public import Glibc

/// A lock, the state it protects and the condition that the state changed.
///
/// The state is reachable through the lock only. Under the lock: no I/O, no user code, no log
/// and no second lock; debug builds look (``LockWatch``). Objects that leave the state are returned from ``withLock(_:)`` so that
/// their `deinit` runs outside.
///
/// Built on `pthread` because ThreadSanitizer understands it and because it stays fast when
/// several threads compete. Usable from inlined code, so that other modules specialise it.
// @unchecked: the state is only touched while the pthread mutex is held.
@safe
@usableFromInline
package final class Monitor<State: ~Copyable>: @unchecked Sendable {
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let condition: UnsafeMutablePointer<pthread_cond_t>
  @usableFromInline let state: UnsafeMutablePointer<State>

  package init(_ initial: consuming State) {
    unsafe mutex = .allocate(capacity: 1)
    var kind = pthread_mutexattr_t()
    unsafe pthread_mutexattr_init(&kind)
    // Critical sections are short: a waiter spins for a moment before it sleeps.
    unsafe pthread_mutexattr_settype(&kind, CInt(PTHREAD_MUTEX_ADAPTIVE_NP))
    unsafe pthread_mutex_init(mutex, &kind)
    unsafe pthread_mutexattr_destroy(&kind)
    unsafe condition = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: initial)
  }

  deinit {
    unsafe state.deinitialize(count: 1)
    unsafe state.deallocate()
    unsafe pthread_cond_destroy(condition)
    unsafe condition.deallocate()
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` with the state while the lock is held.
  @inlinable
  @inline(__always)
  package func withLock<R: ~Copyable, E>(
    _ body: (inout State) throws(E) -> R
  ) throws(E) -> R {
    #if DEBUG
      LockWatch.enter()
      defer { LockWatch.leave() }
    #endif
    return try withSecondLock(body)
  }

  /// The same while the lock of another monitor of the same kind is held: the exception to the rule, for
  /// a change of two objects in one step. All threads lock the two in the same order.
  @inlinable
  @inline(__always)
  package func withSecondLock<R: ~Copyable, E>(
    _ body: (inout State) throws(E) -> R
  ) throws(E) -> R {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&state.pointee)
  }

  /// Blocks until `body` returns a value, at most until `deadline`.
  ///
  /// `body` is evaluated under the lock at once and after every ``signalAll()``.
  ///
  /// - Returns: the value, or nil when the deadline passed first.
  @inlinable
  package func wait<R: ~Copyable>(
    until deadline: Deadline, _ body: (inout State) -> R?
  ) -> R? {
    #if DEBUG
      LockWatch.enter()
      defer { LockWatch.leave() }
    #endif
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = unsafe body(&state.pointee) { return result }
      guard waitForSignal(until: deadline) else { return unsafe body(&state.pointee) }
    }
  }

  /// Wakes every thread inside ``wait(until:_:)``.
  @inlinable
  package func signalAll() {
    unsafe pthread_cond_broadcast(condition)
  }

  /// Gives up the lock until a signal comes. False when the deadline passed.
  @usableFromInline
  func waitForSignal(until deadline: Deadline) -> Bool {
    if deadline == .distantFuture {
      unsafe pthread_cond_wait(condition, mutex)
      return true
    }
    guard !deadline.hasPassed else { return false }
    var time = deadline.monotonicTimespec
    return unsafe pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
  }
}
