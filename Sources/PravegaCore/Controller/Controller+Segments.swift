// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

package protocol SegmentController: AnyObject, Sendable {
  /// The segments that take events now; none when the stream is sealed. A token comes with them
  /// unless `access` is nil.
  func getCurrentSegments(
    _ stream: PravegaStream, access: TokenAccess?, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments
  func getEpochSegments(
    _ stream: PravegaStream, epoch: Int32, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments
  /// The head of the stream: its first segments and where they begin. A token comes with it unless
  /// `access` is nil.
  func getSegments(
    _ stream: PravegaStream, access: TokenAccess?, until deadline: Deadline
  ) throws(PravegaError) -> StreamHead
  /// What follows a sealed segment; nothing when the stream is sealed.
  func getSegmentsImmediatelyFollowing(
    _ segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegmentSuccessors
  /// The segments between two cuts, in no particular order. At least one must be bounded.
  func getSegmentsBetween(
    _ stream: PravegaStream, from: StreamCut, to: StreamCut, until deadline: Deadline
  ) throws(PravegaError) -> SegmentSet
  /// Begins to replace segments by others; nil when the controller's conditions are not met.
  func startScale(
    _ stream: PravegaStream, sealing: [Int64], newRanges: [KeyRange], until deadline: Deadline
  ) throws(PravegaError) -> ScaleStart?
  /// Whether the scaling that began at an epoch is done.
  func checkScale(
    _ stream: PravegaStream, epoch: Int32, until deadline: Deadline
  ) throws(PravegaError) -> Bool
  /// The store that serves a segment. Controllers answer also for segments that do not exist.
  func getURI(_ segment: Segment, until deadline: Deadline) throws(PravegaError) -> Endpoint
  /// Whether the segment takes events.
  func isSegmentOpen(_ segment: Segment, until deadline: Deadline) throws(PravegaError) -> Bool
  func isStreamCutValid(
    _ stream: PravegaStream, _ cut: StreamCut, until deadline: Deadline
  ) throws(PravegaError) -> Bool
}

/// The head of a stream.
package struct StreamHead: Sendable, Hashable {
  package let offsets: [Segment: Int64]
  package let delegationToken: String

  package init(_ offsets: [Segment: Int64], delegationToken: String = "") {
    self.offsets = offsets
    self.delegationToken = delegationToken
  }
}

/// Segments of a stream and a token for them.
package struct SegmentSet: Sendable, Hashable {
  package let segments: [Segment]
  package let delegationToken: String

  package init(_ segments: [Segment], delegationToken: String = "") {
    self.segments = segments
    self.delegationToken = delegationToken
  }
}

/// A scaling that has begun.
package struct ScaleStart: Sendable, Hashable {
  /// The epoch that it began at, by which its end is asked for.
  package let epoch: Int32
  package let newSegments: [SegmentWithRange]

  package init(epoch: Int32, newSegments: [SegmentWithRange]) {
    self.epoch = epoch
    self.newSegments = newSegments
  }
}

package protocol TransactionController: AnyObject, Sendable {
  func createTransaction(
    _ stream: PravegaStream, leaseMillis: Int64, until deadline: Deadline
  ) throws(PravegaError) -> TransactionSegments
  /// Extends the lease; `.open` when that was done, else how the transaction has ended.
  func pingTransaction(
    _ stream: PravegaStream, _ id: TransactionID, leaseMillis: Int64, until deadline: Deadline
  ) throws(PravegaError) -> TransactionStatus
  /// - Parameter timestamp: the writer's time, nil when there is none.
  func commitTransaction(
    _ stream: PravegaStream, _ id: TransactionID, writer: String, timestamp: Int64?,
    until deadline: Deadline
  ) throws(PravegaError)
  func abortTransaction(
    _ stream: PravegaStream, _ id: TransactionID, until deadline: Deadline
  ) throws(PravegaError)
  func checkTransactionStatus(
    _ stream: PravegaStream, _ id: TransactionID, until deadline: Deadline
  ) throws(PravegaError) -> TransactionStatus
  /// The most recently ended ones, at most 500.
  func listCompletedTransactions(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> [TransactionInfo]
}
