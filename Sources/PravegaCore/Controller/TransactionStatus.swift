// SPDX-License-Identifier: Apache-2.0

/// Where a transaction is in its life.
public enum TransactionStatus: String, Sendable, Hashable, CaseIterable {
  /// It takes events.
  case open
  /// Its events become readable.
  case committing
  /// Its events are readable.
  case committed
  /// Its events are being thrown away.
  case aborting
  /// Its events have been thrown away.
  case aborted
}

/// A transaction that has ended.
public struct TransactionInfo: Sendable, Hashable {
  /// The stream that it wrote to.
  public let stream: PravegaStream
  /// Its identity.
  public let transactionID: TransactionID
  /// How it ended: committed or aborted.
  public let transactionStatus: TransactionStatus

  package init(
    stream: PravegaStream, transactionID: TransactionID, transactionStatus: TransactionStatus
  ) {
    self.stream = stream
    self.transactionID = transactionID
    self.transactionStatus = transactionStatus
  }
}

/// A new transaction and the segments that it writes to.
package struct TransactionSegments: Sendable, Hashable {
  package let id: TransactionID
  /// The segments, by the ids under which the transaction's own segments are named.
  package let segments: StreamSegments

  package init(id: TransactionID, segments: StreamSegments) {
    self.id = id
    self.segments = segments
  }
}
