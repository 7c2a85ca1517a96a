// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// A bounded set of threads that run handlers. Threads start when all others are busy.
final class HandlerPool: Sendable {
  private struct State {
    var workers: [Worker] = []
    /// Jobs that wait or run. Idle threads would not do as a measure: one that has taken a job
    /// counts as idle for a moment longer, and the next job would wait for it.
    var unfinished = 0
    var isClosed = false
  }

  private let queue: BlockingQueue<@Sendable () -> Void>
  private let maxThreads: Int
  private let monitor = Monitor(State())

  init(maxThreads: Int, maxWaiting: Int) {
    self.maxThreads = max(1, maxThreads)
    queue = BlockingQueue(capacity: maxWaiting)
  }

  /// Never waits.
  ///
  /// - Returns: false when too many wait already, or after `close`.
  func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
    guard queue.push(job, until: .now) else { return false }
    let worker = monitor.withLock { state -> Worker? in
      state.unfinished += 1
      let isEnough = state.workers.count >= min(state.unfinished, maxThreads)
      guard !state.isClosed, !isEnough else { return nil }
      let worker = Worker(name: "prv-rpc-\(state.workers.count + 1)")
      state.workers.append(worker)
      return worker
    }
    guard let worker else { return true }
    worker.start { [self] in run() }
    if !worker.didStart { monitor.withLock { $0.workers.removeAll { $0 === worker } } }
    return true
  }

  /// Ends the threads; jobs that wait are still taken, so that each learns of its end.
  ///
  /// - Returns: whether all threads are gone.
  func close(until deadline: Deadline) -> Bool {
    let workers = monitor.withLock { state in
      state.isClosed = true
      return state.workers
    }
    queue.close()
    var areGone = true
    for worker in workers where !worker.isCurrent {
      areGone = worker.join(until: deadline) && areGone
    }
    return areGone
  }

  private func run() {
    while let job = queue.pop() {
      job()
      monitor.withLock { $0.unfinished -= 1 }
    }
  }
}
