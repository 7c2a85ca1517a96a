// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// The segments that have something for their reader, first come, first served.
///
/// IO threads put segments in; the reader takes them out and waits for the first. A segment is
/// in the queue at most once, so that a thousand of them cost no more than those that have data.
package final class ReadyQueue: Sendable {
  private struct State: Sendable {
    var queue: [Int] = []
    /// Where the queue begins; what lies before was taken.
    var head = 0
    var members: Set<Int> = []
    var isClosed = false
  }

  private let monitor = Monitor(State())

  package init() {}

  /// Puts a segment in, unless it is in already.
  package func put(_ token: Int) {
    let isNew = monitor.withLock { state in
      guard state.members.insert(token).inserted else { return false }
      state.queue.append(token)
      return true
    }
    if isNew { monitor.signalAll() }
  }

  /// Takes the first segment; nil when none is ready.
  package func take() -> Int? {
    monitor.withLock { state in
      guard state.head < state.queue.count else { return nil }
      let token = state.queue[state.head]
      state.head += 1
      if state.head == state.queue.count || state.head >= 1024 {
        state.queue.removeFirst(state.head)
        state.head = 0
      }
      state.members.remove(token)
      return token
    }
  }

  /// Whether a segment waits its turn.
  package var isEmpty: Bool { monitor.withLock { $0.head == $0.queue.count } }

  /// Blocks until a segment is ready or ``wakeUp()`` was called, at most until `deadline`.
  package func wait(until deadline: Deadline) {
    _ = monitor.wait(until: deadline) { state -> Bool? in
      state.head < state.queue.count || state.isClosed ? true : nil
    }
  }

  /// Ends all waits, now and later.
  package func close() {
    monitor.withLock { $0.isClosed = true }
    monitor.signalAll()
  }
}

/// By which a segment says that it has something for its reader. Safe to use from any thread.
package struct ReadyMark: Sendable {
  private let queue: ReadyQueue
  private let token: Int

  package init(_ queue: ReadyQueue, token: Int) {
    self.queue = queue
    self.token = token
  }

  /// Call it when ``SegmentSource/next()`` would not answer ``SegmentNext/notReady`` any more.
  package func set() { queue.put(token) }
}
