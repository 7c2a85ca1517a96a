// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// The threads that reconnect, fetch successors and update reader groups: at most eight, started
/// when there is work, so that no caller and no IO thread ever waits for a controller.
///
/// A job must end by a deadline of its own. Jobs that repair the same object are kept apart by
/// that object.
package final class RepairPool: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    /// Threads that run or are about to, by number.
    var workers: [Int: Worker] = [:]
    var idle = 0
    var isClosed = false
    var named = 0
  }

  private enum Next {
    case run(@Sendable () -> Void)
    case end
  }

  private let monitor = Monitor(State())
  private static let maxThreads = 8
  /// A thread without work ends after this.
  private static let idleTime = Duration.seconds(30)

  package init() {}

  /// Runs `job` on a repair thread as soon as one is free. Dropped after ``close(until:)``.
  package func submit(_ job: @escaping @Sendable () -> Void) {
    let new = monitor.withLock { state -> (number: Int, worker: Worker)? in
      guard !state.isClosed else { return nil }
      state.jobs.append(job)
      guard state.idle < state.jobs.count, state.workers.count < Self.maxThreads else { return nil }
      state.named += 1
      let worker = Worker(name: "prv-fix-\(state.named)")
      state.workers[state.named] = worker
      return (state.named, worker)
    }
    if let (number, worker) = new { start(worker, number) }
    monitor.signalAll()
  }

  private func start(_ worker: Worker, _ number: Int) {
    worker.start { [self] in run(number) }
    guard !worker.didStart else { return }
    // Without a thread to be had the job waits for the next one.
    let dropped = monitor.withLock { $0.workers.removeValue(forKey: number) }
    _ = dropped
  }

  /// Drops waiting jobs and takes no more.
  package func stop() {
    let dropped = monitor.withLock { state -> [@Sendable () -> Void] in
      state.isClosed = true
      defer { state.jobs = [] }
      return state.jobs
    }
    _ = dropped
    monitor.signalAll()
  }

  /// Drops waiting jobs and waits for running ones, at most until `deadline`.
  package func close(until deadline: Deadline) {
    stop()
    let workers = monitor.withLock { Array($0.workers.values) }
    for worker in workers { worker.join(until: deadline) }
  }

  /// Whether the calling thread is one of the pool's.
  package var isCurrent: Bool {
    monitor.withLock { Array($0.workers.values) }.contains(where: \.isCurrent)
  }

  private func run(_ number: Int) {
    while let job = nextJob(number) { job() }
  }

  private func nextJob(_ number: Int) -> (@Sendable () -> Void)? {
    monitor.withLock { $0.idle += 1 }
    let job = monitor.wait(until: .after(Self.idleTime)) { state -> Next? in
      if !state.jobs.isEmpty {
        state.idle -= 1
        return .run(state.jobs.removeFirst())
      }
      guard state.isClosed else { return nil }
      state.idle -= 1
      return .end
    }
    if case .run(let job)? = job { return job }
    if case .end? = job { return nil }
    // Idle for too long; a job that came at this very moment is still taken.
    let (late, ended) = monitor.withLock { state -> ((@Sendable () -> Void)?, Worker?) in
      state.idle -= 1
      if !state.jobs.isEmpty { return (state.jobs.removeFirst(), nil) }
      // Once it is closed, whoever closes it waits for all that ran.
      guard !state.isClosed else { return (nil, nil) }
      return (nil, state.workers.removeValue(forKey: number))
    }
    _ = ended
    return late
  }
}
