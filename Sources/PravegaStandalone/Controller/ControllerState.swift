// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// A scope and everything in it.
package struct ScopeRecord: Sendable {
  package var streams: [String: StreamRecord] = [:]
  package var tables: [String: KeyValueTableRecord] = [:]
  package var groups: [String: ReaderGroupRecord] = [:]
  /// Being deleted with all of its content: nothing new may appear.
  var isEnding = false

  var isEmpty: Bool { streams.isEmpty && tables.isEmpty && groups.isEmpty }
}

/// Everything that the controller knows.
package struct ControllerState: Sendable {
  package var scopes: [String: ScopeRecord] = [ControllerNames.systemScope: ScopeRecord()]
  /// Highest segment number that a deleted stream, or table under its store name, ever had.
  var lastNumbers: [StreamKey: Int32] = [:]
  var completed: [CompletedKey: CompletedTransaction] = [:]
  var completedCount: Int64 = 0
  private var transactionHigh: UInt32 = 0
  private var transactionLow: UInt64 = 0

  struct CompletedKey: Hashable {
    let stream: StreamKey
    let id: TransactionID
  }

  package init() {}

  // MARK: - Look-up

  func scope(_ name: String) throws -> ScopeRecord {
    guard let scope = scopes[name] else { throw ControllerFailure.notFound("scope \(name)") }
    return scope
  }

  func find(_ key: StreamKey) -> StreamRecord? { scopes[key.scope]?.streams[key.name] }

  func stream(_ key: StreamKey) throws -> StreamRecord {
    guard let stream = find(key) else { throw ControllerFailure.notFound("stream \(key)") }
    return stream
  }

  /// Changes a stream in place; nil when it is gone.
  @discardableResult
  mutating func change<R>(
    _ key: StreamKey, _ body: (inout StreamRecord) throws -> R
  ) rethrows -> R? {
    // In place: taking the record out first keeps its collections from being copied.
    guard var stream = scopes[key.scope]?.streams.removeValue(forKey: key.name) else { return nil }
    defer { scopes[key.scope]?.streams[key.name] = stream }
    return try body(&stream)
  }

  var streamKeys: [StreamKey] { scopes.values.flatMap { $0.streams.values.map(\.key) } }

  // MARK: - Numbers

  func firstNumber(of key: StreamKey) -> Int32 { (lastNumbers[key] ?? -1) &+ 1 }

  mutating func remember(_ number: Int32, of key: StreamKey) {
    lastNumbers[key] = max(number, lastNumbers[key] ?? -1)
  }

  /// The next transaction id. Neither half is ever negative: clients rely on it.
  mutating func nextTransactionID(epoch: Int32) -> TransactionID {
    if transactionLow == UInt64(Int64.max) {
      transactionHigh &+= 1
      transactionLow = 0
    } else {
      transactionLow += 1
    }
    let high = UInt64(UInt32(bitPattern: epoch)) << 32 | UInt64(transactionHigh)
    return TransactionID(high: high, low: transactionLow)
  }

  // MARK: - Ended transactions

  mutating func complete(
    _ id: TransactionID, of key: StreamKey, isCommitted: Bool, now: Int64
  ) {
    completedCount += 1
    completed[CompletedKey(stream: key, id: id)] = CompletedTransaction(
      isCommitted: isCommitted, time: now, order: completedCount)
    change(key) { $0.transactions[id] = nil }
    guard completed.count > TransactionLimits.mostCompleted else { return }
    let oldest = completedCount - Int64(TransactionLimits.mostCompleted / 2)
    completed = completed.filter { $0.value.order > oldest }
  }

  mutating func forgetOldTransactions(now: Int64) {
    let oldest = now &- TransactionLimits.completedLifetime
    guard completed.contains(where: { $0.value.time < oldest }) else { return }
    completed = completed.filter { $0.value.time >= oldest }
  }

  func transactionState(_ id: TransactionID, of key: StreamKey) -> TransactionRecord.State {
    if let open = find(key)?.transactions[id] { return open.state }
    guard let ended = completed[CompletedKey(stream: key, id: id)] else { return .unknown }
    return ended.isCommitted ? .committed : .aborted
  }
}
