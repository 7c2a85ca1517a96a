// SPDX-License-Identifier: Apache-2.0

package import PravegaCore
internal import PravegaThreads

package enum TransactionStatus: Int32, Sendable {
  case success = 0
  case failure, streamNotFound, transactionNotFound
}

extension ControllerCore {
  /// Begins a transaction.
  ///
  /// - Returns: its id, and its segments, all with ids of the transaction's epoch.
  package func createTransaction(
    _ key: StreamKey, lease: Int64
  ) throws -> (id: TransactionID, segments: [SegmentRecord]) {
    _ = try stream(key)
    guard lease >= TransactionLimits.shortestLease else {
      throw ControllerFailure.invalidArgument("lease should be greater than minimum lease")
    }
    guard lease <= TransactionLimits.longestLease else {
      throw ControllerFailure.invalidArgument(
        "lease value too large, max value is \(TransactionLimits.longestLease)")
    }
    return try turns.run(key) { try beginTransaction(key, lease: lease) }
  }

  private func beginTransaction(
    _ key: StreamKey, lease: Int64
  ) throws -> (id: TransactionID, segments: [SegmentRecord]) {
    let stream = try stream(key)
    guard stream.state == .active else {
      let text = "Stream: \(key.name) State: \(stream.state.rawValue)"
      throw stream.isSealed
        ? ControllerFailure.invalidArgument(text) : ControllerFailure.wrongState(text)
    }
    let id = state.withLock { $0.nextTransactionID(epoch: stream.transactionEpoch) }
    let segments = try stream.transactionSegments(id)
    for segment in segments {
      try storage.createSegment(
        stream.transactionSegmentName(id, segment), stream.settings.fixedSegmentPolicy)
    }
    let record = TransactionRecord(id, lease: lease, now: now())
    state.withLock { state in _ = state.change(key) { $0.transactions[id] = record } }
    return (id, segments)
  }

  package func pingTransaction(
    _ key: StreamKey, _ id: TransactionID, lease: Int64
  ) throws -> PingStatus {
    try requireNames(key)
    let now = now()
    return state.withLock { state in
      switch state.transactionState(id, of: key) {
      case .committed, .committing: return .committed
      case .aborted, .aborting: return .aborted
      case .unknown: return .unknown
      case .open: return state.change(key) { $0.ping(id, lease: lease, now: now) } ?? .unknown
      }
    }
  }

  package func transactionState(
    _ key: StreamKey, _ id: TransactionID
  ) throws -> TransactionRecord.State {
    try requireNames(key)
    return state.withLock { $0.transactionState(id, of: key) }
  }

  /// Moves a transaction's events into the stream. Done when the call returns, unless the store
  /// refuses: then a later round tries again.
  package func commitTransaction(
    _ key: StreamKey, _ id: TransactionID, writer: String, time: Int64
  ) throws -> TransactionStatus {
    try requireNames(key)
    return try turns.run(key) {
      switch state.withLock({ $0.transactionState(id, of: key) }) {
      case .aborted, .aborting, .unknown: return .failure
      case .committed: return .success
      case .committing: break
      case .open: state.withLock { $0.startCommit(of: id, key, writer: writer, time: time) }
      }
      try? finishCommit(of: id, key)
      return .success
    }
  }

  package func abortTransaction(
    _ key: StreamKey, _ id: TransactionID
  ) throws -> TransactionStatus {
    try requireNames(key)
    return try turns.run(key) {
      switch state.withLock({ $0.transactionState(id, of: key) }) {
      case .committed, .committing, .unknown: return .failure
      case .aborted: return .success
      case .open, .aborting: try finishAbort(of: id, key)
      }
      return .success
    }
  }

  /// The turn is the caller's.
  func finishAbort(of id: TransactionID, _ key: StreamKey) throws {
    state.withLock { state in _ = state.change(key) { $0.transactions[id]?.state = .aborting } }
    let stream = try stream(key)
    for segment in try stream.transactionSegments(id) {
      try storage.deleteSegment(stream.transactionSegmentName(id, segment))
    }
    let now = now()
    state.withLock { $0.complete(id, of: key, isCommitted: false, now: now) }
  }

  /// Aborts what is open and commits what was to be committed. The turn is the caller's.
  func endTransactions(of key: StreamKey) throws {
    for transaction in find(key)?.transactions.values.map({ $0 }) ?? [] {
      switch transaction.state {
      case .committing: try finishCommit(of: transaction.id, key)
      default: try finishAbort(of: transaction.id, key)
      }
    }
  }

  /// Newest first.
  package func completedTransactions(
    of key: StreamKey
  ) throws -> [(id: TransactionID, isCommitted: Bool)] {
    try requireNames(key)
    return state.withLock { state in
      state.completed.filter { $0.key.stream == key }
        .sorted { $0.value.order > $1.value.order }
        .prefix(TransactionLimits.longestListing)
        .map { ($0.key.id, $0.value.isCommitted) }
    }
  }
}

extension ControllerState {
  fileprivate mutating func startCommit(
    of id: TransactionID, _ key: StreamKey, writer: String, time: Int64
  ) {
    change(key) { stream in
      stream.commitCount += 1
      stream.transactions[id]?.state = .committing
      stream.transactions[id]?.writer = writer
      stream.transactions[id]?.commitTime = time
      stream.transactions[id]?.commitOrder = stream.commitCount
    }
  }
}
