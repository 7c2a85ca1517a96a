// SPDX-License-Identifier: Apache-2.0

/// A handle on one scheduled call.
package final class TimerToken: Sendable {
  fileprivate let isCancelled = Monitor(false)

  fileprivate init() {}

  /// The call will not be made, unless it is being made now.
  package func cancel() { isCancelled.withLock { $0 = true } }
}

/// One thread that makes calls when they are due.
///
/// Calls must not block: they hand work to others. Dispatch timers are not used because an
/// application that blocks enough Dispatch threads starves them.
package final class Timers: Sendable {
  fileprivate struct Entry {
    let due: Deadline
    let order: UInt64
    let token: TimerToken
    let call: @Sendable () -> Void

    func isBefore(_ other: Entry) -> Bool {
      due == other.due ? order < other.order : due < other.due
    }
  }

  fileprivate struct State {
    var heap: [Entry] = []
    var nextOrder: UInt64 = 0
    var isClosed = false
    /// Made with the first call.
    var worker: Worker?
  }

  private enum Step {
    case call(Entry)
    case wait(Deadline, seen: UInt64)
    case end
  }

  private let monitor = Monitor(State())
  private let name: String

  /// - Parameter name: name of the thread, which is started by the first call scheduled.
  package init(name: String = "prv-timer") { self.name = name }

  /// Makes `call` once on the timer thread after `delay`. After ``close()`` nothing happens.
  @discardableResult
  package func schedule(after delay: Duration, _ call: @escaping @Sendable () -> Void) -> TimerToken
  {
    let token = TimerToken()
    let due = Deadline.after(delay)
    let new = monitor.withLock { state -> Worker? in
      guard !state.isClosed else { return nil }
      let entry = Entry(due: due, order: state.nextOrder, token: token, call: call)
      state.nextOrder += 1
      state.push(entry)
      guard state.worker == nil else { return nil }
      let worker = Worker(name: name)
      state.worker = worker
      return worker
    }
    new?.start { [self] in run() }
    monitor.signalAll()
    return token
  }

  /// Drops all scheduled calls and ends the thread. Idempotent; from the timer thread itself it
  /// does not wait.
  package func close(until deadline: Deadline = .after(.seconds(5))) {
    let (dropped, worker) = monitor.withLock { state -> ([Entry], Worker?) in
      state.isClosed = true
      defer { state.heap = [] }
      return (state.heap, state.worker)
    }
    monitor.signalAll()
    _ = dropped
    worker?.join(until: deadline)
  }

  /// Whether the calling thread is the one that makes the calls.
  package var isCurrent: Bool { monitor.withLock { $0.worker }?.isCurrent ?? false }

  private func run() {
    while true {
      switch nextStep() {
      case .call(let entry):
        if !entry.token.isCancelled.withLock({ $0 }) { entry.call() }
      case .wait(let deadline, let seen):
        // Returns when the first entry is due, after a new one, or at the end.
        _ = monitor.wait(until: deadline) { $0.isClosed || $0.nextOrder != seen ? true : nil }
      case .end:
        return
      }
    }
  }

  private func nextStep() -> Step {
    monitor.withLock { state in
      if state.isClosed { return .end }
      guard let first = state.heap.first else {
        return .wait(.distantFuture, seen: state.nextOrder)
      }
      guard first.due.hasPassed else { return .wait(first.due, seen: state.nextOrder) }
      return .call(state.pop(first))
    }
  }
}

extension Timers.State {
  fileprivate mutating func push(_ entry: Timers.Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  fileprivate mutating func pop(_ first: Timers.Entry) -> Timers.Entry {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
