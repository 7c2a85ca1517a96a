// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation

/// Runs `body` on that many threads at once and throws the first error of any.
func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
  let outcome = Outcome()
  let done = DispatchGroup()
  for number in 0..<count {
    done.enter()
    Thread {
      defer { done.leave() }
      do { try body(number) } catch { outcome.fail(error) }
    }.start()
  }
  done.wait()
  try outcome.check()
}

// Everything is behind the lock.
final class Outcome: @unchecked Sendable {
  private let lock = NSLock()
  private var error: (any Error)?

  func fail(_ error: any Error) { lock.withLock { self.error = self.error ?? error } }

  func check() throws { if let error = lock.withLock({ error }) { throw error } }
}

/// Events read so far, by reader. Everything is behind the lock.
final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private let expected: Int
  private var counts: [Int: Int] = [:]

  init(expected: Int) { self.expected = expected }

  var total: Int { lock.withLock { counts.values.reduce(0, +) } }

  var isComplete: Bool { total >= expected }

  var summary: String {
    lock.withLock { counts.sorted { $0.key < $1.key } }
      .map { "reader-\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  func add(reader: Int) { lock.withLock { counts[reader, default: 0] += 1 } }
}
