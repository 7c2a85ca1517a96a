// SPDX-License-Identifier: Apache-2.0

package import PravegaCore

/// One transaction that has not ended.
package struct TransactionRecord: Sendable {
  package enum State: Int32, Sendable {
    case unknown = 0
    case open, committing, committed, aborting, aborted
  }

  package let id: TransactionID
  package var state = State.open
  package var leaseExpiry: Int64
  /// Pings cannot extend the lease beyond this.
  package let executionExpiry: Int64
  package var writer = ""
  /// What the writer said about the time of its events; `Int64.min`: nothing.
  package var commitTime = Int64.min
  /// Position among the commits of the stream.
  package var commitOrder: Int64 = 0

  init(_ id: TransactionID, lease: Int64, now: Int64) {
    self.id = id
    leaseExpiry = now &+ lease
    executionExpiry = now &+ min(lease &* 1000, TransactionLimits.longestExecution)
  }

  package var epoch: Int32 { TransactionNames.epoch(of: id) }
}

package enum TransactionLimits {
  package static let shortestLease: Int64 = 10_000
  package static let longestLease: Int64 = 600_000
  static let longestExecution: Int64 = 86_400_000
  /// How long ended transactions are remembered.
  static let completedLifetime: Int64 = 86_400_000
  /// How many of them at most: the older half of more is forgotten.
  static let mostCompleted = 200_000
  /// A lease is over this long after its end: real servers look that often.
  static let resolution: Int64 = 400
  /// How many ended transactions a listing names.
  static let longestListing = 500
}

package enum PingStatus: Int32, Sendable {
  case ok = 0
  case leaseTooLarge, maxExecutionTimeExceeded, scaleGraceTimeExceeded
  case disconnected, committed, aborted, unknown
}

extension StreamRecord {
  /// The epoch whose segments a transaction of now writes to. A copy made by a rolling
  /// transaction counts as the epoch it copies.
  var transactionEpoch: Int32 { activeEpoch.reference }

  /// The segments of a transaction. All ids name the transaction's epoch, also those of segments
  /// that are older: their parent may never have existed.
  func transactionSegments(_ id: TransactionID) throws -> [SegmentRecord] {
    let number = TransactionNames.epoch(of: id)
    return try epoch(number).segments.map { $0.copy(in: number) }
  }

  /// The name of the segment that holds a transaction's events for a number.
  func transactionSegmentName(_ id: TransactionID, _ segment: SegmentRecord) -> String {
    let parent = segment.copy(in: TransactionNames.epoch(of: id))
    return parent.name(in: key) + TransactionNames.transactionDelimiter + id.hexadecimal
  }

  /// Applies a ping to an open transaction.
  mutating func ping(_ id: TransactionID, lease: Int64, now: Int64) -> PingStatus {
    guard let transaction = transactions[id] else { return .unknown }
    switch transaction.state {
    case .committing, .committed: return .committed
    case .aborting, .aborted: return .aborted
    case .unknown, .open: break
    }
    guard lease <= TransactionLimits.longestLease else { return .leaseTooLarge }
    let (expiry, overflow) = now.addingReportingOverflow(lease)
    guard overflow || expiry <= transaction.executionExpiry else {
      return .maxExecutionTimeExceeded
    }
    transactions[id]?.leaseExpiry = overflow ? now : expiry
    return .ok
  }

  /// Open transactions whose lease is over.
  func expiredTransactions(now: Int64) -> [TransactionID] {
    transactions.values
      .filter { $0.state == .open && $0.leaseExpiry &+ TransactionLimits.resolution <= now }
      .map(\.id)
  }
}

/// How the transactions of a stream end.
struct CompletedTransaction: Sendable {
  let isCommitted: Bool
  let time: Int64
  let order: Int64
}
