// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaProtobuf

extension ControllerCall {
  func createTransaction(_ request: Proto.CreateTxnRequest) throws -> Proto.CreateTxnResponse {
    let key = StreamKey(request.streamInfo)
    try require(.readUpdate, .stream(key))
    let (id, segments) = try core.createTransaction(key, lease: request.lease)
    return Proto.CreateTxnResponse(
      txnId: Proto.TxnId(id), activeSegments: segments.map { $0.message(in: key) },
      delegationToken: token(.stream(key), .readUpdate))
  }

  func commitTransaction(_ request: Proto.TxnRequest) throws -> Proto.TxnStatus {
    let key = StreamKey(request.streamInfo)
    try require(.readUpdate, .stream(key))
    let status = try core.commitTransaction(
      key, TransactionID(request.txnId), writer: request.writerId, time: request.timestamp)
    return Proto.TxnStatus(status: .init(rawValue: status.rawValue))
  }

  func abortTransaction(_ request: Proto.TxnRequest) throws -> Proto.TxnStatus {
    let key = StreamKey(request.streamInfo)
    try require(.readUpdate, .stream(key))
    let status = try core.abortTransaction(key, TransactionID(request.txnId))
    return Proto.TxnStatus(status: .init(rawValue: status.rawValue))
  }

  func pingTransaction(_ request: Proto.PingTxnRequest) throws -> Proto.PingTxnStatus {
    let key = StreamKey(request.streamInfo)
    try require(.readUpdate, .stream(key))
    let status = try core.pingTransaction(
      key, TransactionID(request.txnId), lease: request.lease)
    return Proto.PingTxnStatus(status: .init(rawValue: status.rawValue))
  }

  func checkTransactionState(_ request: Proto.TxnRequest) throws -> Proto.TxnState {
    let key = StreamKey(request.streamInfo)
    try require(.read, .stream(key))
    let state = try core.transactionState(key, TransactionID(request.txnId))
    return Proto.TxnState(state: .init(rawValue: state.rawValue))
  }

  func listCompleted(
    _ request: Proto.ListCompletedTxnRequest
  ) throws -> Proto.ListCompletedTxnResponse {
    let key = StreamKey(request.streamInfo)
    try require(.read, .stream(key))
    let transactions = try core.completedTransactions(of: key).map { id, isCommitted in
      Proto.TxnResponse(txnId: Proto.TxnId(id), status: isCommitted ? .committed : .aborted)
    }
    return Proto.ListCompletedTxnResponse(response: transactions)
  }

  // MARK: - Writers' time

  func noteTimestamp(_ request: Proto.TimestampFromWriter) throws -> Proto.TimestampResponse {
    let key = StreamKey(request.position?.streamInfo)
    try require(.readUpdate, .stream(key))
    let status = try core.noteTime(
      key, writer: request.writer, position: request.position?.cut ?? [:],
      time: request.timestamp)
    return Proto.TimestampResponse(result: .init(rawValue: status.rawValue))
  }

  func removeWriter(_ request: Proto.RemoveWriterRequest) throws -> Proto.RemoveWriterResponse {
    let key = StreamKey(request.stream)
    try require(.readUpdate, .stream(key))
    let status = try core.removeWriter(key, writer: request.writer)
    return Proto.RemoveWriterResponse(result: .init(rawValue: status.rawValue))
  }
}

extension TransactionID {
  init(_ message: Proto.TxnId?) {
    self.init(
      high: UInt64(bitPattern: message?.highBits ?? 0),
      low: UInt64(bitPattern: message?.lowBits ?? 0))
  }
}

extension Proto.TxnId {
  init(_ id: TransactionID) {
    self.init(highBits: Int64(bitPattern: id.high), lowBits: Int64(bitPattern: id.low))
  }
}
