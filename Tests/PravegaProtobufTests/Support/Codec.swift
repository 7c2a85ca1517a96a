// SPDX-License-Identifier: Apache-2.0

import PravegaProtobuf

/// A message type without its name in the types of the test.
struct Codec: Sendable {
  let name: String
  let hasMap: Bool
  let decode: @Sendable ([UInt8]) throws -> any ProtobufMessage
  /// Encodes what it decodes.
  let reencode: @Sendable ([UInt8]) throws -> [UInt8]
  /// Whether two encodings hold the same message.
  let areEqual: @Sendable ([UInt8], [UInt8]) throws -> Bool

  init<M: ProtobufMessage>(_ type: M.Type) {
    name = M.protobufName
    hasMap = ["StreamCut", "ReaderGroup", "BucketMappingResponse", "TimestampFromWriter"]
      .contains { M.protobufName.contains($0) }
    decode = { try M(protobuf: $0) }
    reencode = { try M(protobuf: $0).serialized() }
    areEqual = { try M(protobuf: $0) == M(protobuf: $1) }
  }
}

/// Request and reply of every call.
let calls: [String: (request: Codec, reply: Codec)] = {
  typealias Service = Proto.ControllerService
  var calls: [String: (request: Codec, reply: Codec)] = [:]
  func add<Q, R>(_ method: ProtobufMethod<Q, R>) {
    calls[method.name] = (Codec(Q.self), Codec(R.self))
  }
  add(Service.getControllerServerList)
  add(Service.createStream)
  add(Service.updateStream)
  add(Service.truncateStream)
  add(Service.sealStream)
  add(Service.deleteStream)
  add(Service.getCurrentSegments)
  add(Service.getEpochSegments)
  add(Service.getSegments)
  add(Service.getSegmentsImmediatlyFollowing)
  add(Service.getSegmentsImmediatelyFollowing)
  add(Service.getSegmentsBetween)
  add(Service.scale)
  add(Service.checkScale)
  add(Service.getURI)
  add(Service.isSegmentValid)
  add(Service.isStreamCutValid)
  add(Service.createTransaction)
  add(Service.commitTransaction)
  add(Service.abortTransaction)
  add(Service.pingTransaction)
  add(Service.checkTransactionState)
  add(Service.listCompletedTransactions)
  add(Service.createScope)
  add(Service.listScopes)
  add(Service.checkScopeExists)
  add(Service.checkStreamExists)
  add(Service.listStreamsInScope)
  add(Service.deleteScope)
  add(Service.deleteScopeRecursive)
  add(Service.getDelegationToken)
  add(Service.removeWriter)
  add(Service.noteTimestampFromWriter)
  add(Service.createKeyValueTable)
  add(Service.getCurrentSegmentsKeyValueTable)
  add(Service.listKeyValueTablesInScope)
  add(Service.getKeyValueTableConfiguration)
  add(Service.deleteKeyValueTable)
  add(Service.listSubscribers)
  add(Service.updateSubscriberStreamCut)
  add(Service.createReaderGroup)
  add(Service.getReaderGroupConfig)
  add(Service.deleteReaderGroup)
  add(Service.updateReaderGroup)
  add(Service.getStreamConfiguration)
  add(Service.listStreamsInScopeForTag)
  add(Service.getControllerToBucketMapping)
  return calls
}()
