// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Holds what was written against what was read: every acknowledged event once, every key in order.
///
/// Safe to use from any thread. Note a read event before the next call of its reader, so that the
/// notes of several readers stand in the order of the stream.
public final class TestEventLedger: Sendable {
  private struct Key {
    /// Handed to a writer, in order.
    var written = 0
    var acknowledged: Set<Int> = []
    var read: [Int] = []
    var failed: Set<Int> = []
  }

  private struct State {
    var keys: [String: Key] = [:]
    var readCount = 0
    var acknowledgedCount = 0
  }

  private let monitor = Monitor(State())

  /// Creates an empty ledger.
  public init() {}

  /// How many events were read.
  public var readCount: Int { monitor.withLock { $0.readCount } }
  /// How many events were acknowledged.
  public var acknowledgedCount: Int { monitor.withLock { $0.acknowledgedCount } }

  /// An event is handed to a writer.
  public func write(_ event: TestEvent) {
    monitor.withLock { state in
      let written = state.keys[event.key]?.written ?? 0
      state.keys[event.key, default: Key()].written = max(written, event.sequence + 1)
    }
  }

  /// A writer said that an event is stored.
  public func acknowledge(_ event: TestEvent) {
    monitor.withLock { state in
      if state.keys[event.key, default: Key()].acknowledged.insert(event.sequence).inserted {
        state.acknowledgedCount += 1
      }
    }
  }

  /// A writer said that an event failed for sure, or may be stored.
  public func fail(_ event: TestEvent) {
    monitor.withLock { _ = $0.keys[event.key, default: Key()].failed.insert(event.sequence) }
  }

  /// A reader returned an event.
  public func read(_ event: TestEvent) {
    monitor.withLock { state in
      state.keys[event.key, default: Key()].read.append(event.sequence)
      state.readCount += 1
    }
  }

  /// Whether all acknowledged events were read.
  public var isComplete: Bool {
    monitor.withLock { state in
      state.keys.values.allSatisfy { $0.acknowledged.subtracting($0.read).isEmpty }
    }
  }

  /// What is wrong, in words; empty when nothing is.
  ///
  /// - Parameter limit: the most differences to name.
  public func problems(limit: Int = 5) -> [String] {
    let keys = monitor.withLock { $0.keys }
    return Array(
      keys.sorted { $0.key < $1.key }.lazy.flatMap { Self.problems(of: $0, $1) }.prefix(limit))
  }

  private static func problems(of name: String, _ key: Key) -> [String] {
    var problems: [String] = []
    let read = Set(key.read)
    let lost = key.acknowledged.subtracting(read).sorted()
    if !lost.isEmpty { problems.append("\(name): lost \(text(lost))") }
    var seen: Set<Int> = []
    let doubled = key.read.filter { !seen.insert($0).inserted }
    if !doubled.isEmpty { problems.append("\(name): doubled \(text(doubled))") }
    let unknown = read.filter { $0 >= key.written || $0 < 0 }.sorted()
    if !unknown.isEmpty { problems.append("\(name): never written \(text(unknown))") }
    let misplaced = zip(key.read, key.read.dropFirst()).filter { $0 > $1 }.map { "\($0)>\($1)" }
    if !misplaced.isEmpty { problems.append("\(name): out of order \(misplaced.prefix(8))") }
    return problems
  }

  private static func text(_ numbers: [Int]) -> String {
    "\(numbers.count) events: \(numbers.prefix(8).map(String.init).joined(separator: ", "))"
  }
}
