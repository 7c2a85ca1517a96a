// SPDX-License-Identifier: Apache-2.0

/// A first-in first-out queue of limited length that blocks its two ends.
///
/// Safe to use from any thread. The bound is a number of elements; a producer that meets a
/// full queue waits at most until its deadline.
package final class BlockingQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element?] = []
    var head = 0
    var isClosed = false

    var count: Int { elements.count - head }

    mutating func popFirst() -> Element? {
      guard head < elements.count else { return nil }
      let element = elements[head]
      elements[head] = nil
      head += 1
      if head == elements.count {
        elements.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 64, head * 2 > elements.count {
        elements.removeFirst(head)
        head = 0
      }
      return element
    }
  }

  private enum Popped {
    case element(Element, wasFull: Bool)
    case closed
  }

  private let monitor = Monitor(State())
  package let capacity: Int

  /// - Parameter capacity: the most elements that wait at one time, at least 1.
  package init(capacity: Int) { self.capacity = max(1, capacity) }

  package var count: Int { monitor.withLock { $0.count } }

  /// Adds an element at the end, waiting for room at most until `deadline`.
  ///
  /// - Returns: false when the queue is closed or stayed full.
  package func push(_ element: Element, until deadline: Deadline = .distantFuture) -> Bool {
    let capacity = capacity
    let pushed = monitor.wait(until: deadline) { state -> Bool? in
      if state.isClosed { return false }
      guard state.count < capacity else { return nil }
      state.elements.append(element)
      return true
    }
    guard pushed == true else { return false }
    monitor.signalAll()
    return true
  }

  /// Takes the first element, waiting for one at most until `deadline`.
  ///
  /// - Returns: nil when the deadline passed, or when the queue is closed and empty.
  package func pop(until deadline: Deadline = .distantFuture) -> Element? {
    let capacity = capacity
    let popped = monitor.wait(until: deadline) { state -> Popped? in
      let wasFull = state.count >= capacity
      if let element = state.popFirst() { return .element(element, wasFull: wasFull) }
      return state.isClosed ? .closed : nil
    }
    guard case .element(let element, let wasFull)? = popped else { return nil }
    if wasFull { monitor.signalAll() }
    return element
  }

  /// Refuses new elements; waiting producers and, once it is empty, consumers return.
  package func close() {
    monitor.withLock { $0.isClosed = true }
    monitor.signalAll()
  }
}
