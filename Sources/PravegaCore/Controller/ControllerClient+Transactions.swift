// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf
package import PravegaThreads

private typealias Service = Proto.ControllerService

extension ControllerClient {
  package func createTransaction(
    _ stream: PravegaStream, leaseMillis: Int64, until deadline: Deadline
  ) throws(PravegaError) -> TransactionSegments {
    let request = Proto.CreateTxnRequest(streamInfo: stream.message(), lease: leaseMillis)
    let reply = try aboutStream(Service.createTransaction, request, stream, until: deadline)
    guard let id = reply.txnId else { throw unusable("a transaction without id") }
    let segments = try StreamSegments(
      reply.activeSegments.map(SegmentWithRange.init), delegationToken: reply.delegationToken)
    return TransactionSegments(id: UniqueID(id), segments: segments)
  }

  package func pingTransaction(
    _ stream: PravegaStream, _ id: TransactionID, leaseMillis: Int64, until deadline: Deadline
  ) throws(PravegaError) -> TransactionStatus {
    let request = Proto.PingTxnRequest(
      streamInfo: stream.message(), txnId: id.message, lease: leaseMillis)
    let subject = "\(stream.scopedName)/\(id)"
    let reply = try call(Service.pingTransaction, request, about: subject, until: deadline)
    let outcome = Outcome("pingTransaction", subject, reply.status.name)
    switch reply.status {
    case .ok: return .open
    case .committed: return .committed
    case .aborted: return .aborted
    case .unknown: throw Self.unknownTransaction(outcome)
    case .leaseTooLarge:
      throw outcome.error(
        .pingFailed, "The lease of \(leaseMillis) ms is longer than the controller allows.",
        hint: "Use a shorter lease; 600000 ms is the usual limit.")
    case .maxExecutionTimeExceeded, .scaleGraceTimeExceeded:
      throw outcome.error(
        .pingFailed, "The transaction has been open for longer than the controller allows.",
        hint: "Commit sooner, or begin another transaction.")
    case .disconnected, .unrecognized:
      throw outcome.error(
        .pingFailed, "The controller could not extend the lease: \(reply.status.name).",
        retry: .safe)
    }
  }

  package func commitTransaction(
    _ stream: PravegaStream, _ id: TransactionID, writer: String, timestamp: Int64?,
    until deadline: Deadline
  ) throws(PravegaError) {
    // The other clients write the least number where there is no time.
    let request = Proto.TxnRequest(
      streamInfo: stream.message(), txnId: id.message, writerId: writer,
      timestamp: timestamp ?? .min)
    let subject = "\(stream.scopedName)/\(id)"
    let reply = try call(Service.commitTransaction, request, about: subject, until: deadline)
    try check(reply.status, "commitTransaction", subject, "committed")
  }

  package func abortTransaction(
    _ stream: PravegaStream, _ id: TransactionID, until deadline: Deadline
  ) throws(PravegaError) {
    let request = Proto.TxnRequest(streamInfo: stream.message(), txnId: id.message)
    let subject = "\(stream.scopedName)/\(id)"
    let reply = try call(Service.abortTransaction, request, about: subject, until: deadline)
    try check(reply.status, "abortTransaction", subject, "aborted")
  }

  private func check(
    _ status: Proto.TxnStatus.Status, _ operation: String, _ subject: String, _ done: String
  ) throws(PravegaError) {
    let outcome = Outcome(operation, subject, status.name)
    switch status {
    case .success: return
    case .streamNotFound: throw outcome.noStream
    case .transactionNotFound: throw Self.unknownTransaction(outcome)
    case .failure, .unrecognized:
      throw outcome.error(
        .txnFailed, "The transaction cannot be \(done): it has ended otherwise or is not known.",
        hint: "Begin another one; its lease may have run out, or somebody else ended it.")
    }
  }

  package func checkTransactionStatus(
    _ stream: PravegaStream, _ id: TransactionID, until deadline: Deadline
  ) throws(PravegaError) -> TransactionStatus {
    let request = Proto.TxnRequest(streamInfo: stream.message(), txnId: id.message)
    let subject = "\(stream.scopedName)/\(id)"
    let reply = try call(Service.checkTransactionState, request, about: subject, until: deadline)
    let outcome = Outcome("checkTransactionState", subject, reply.state.name)
    switch reply.state {
    case .open: return .open
    case .committing: return .committing
    case .committed: return .committed
    case .aborting: return .aborting
    case .aborted: return .aborted
    case .unknown: throw Self.unknownTransaction(outcome)
    case .unrecognized: throw outcome.failed
    }
  }

  package func listCompletedTransactions(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> [TransactionInfo] {
    let request = Proto.ListCompletedTxnRequest(streamInfo: stream.message())
    let reply = try aboutStream(
      Service.listCompletedTransactions, request, stream, until: deadline)
    return reply.response.compactMap { item in
      guard let id = item.txnId else { return nil }
      return TransactionInfo(
        stream: stream, transactionID: UniqueID(id),
        transactionStatus: item.status == .aborted ? .aborted : .committed)
    }
  }

  private static func unknownTransaction(_ outcome: Outcome) -> PravegaError {
    outcome.error(
      .txnFailed, "The controller does not know the transaction.",
      hint: "Check its id and its stream; it may have ended more than a day ago.")
  }
}
