// SPDX-License-Identifier: Apache-2.0

// sources: PravegaProtobuf
// seeds: protobuf
// longest: 2048
// memory: 1

private let messages: [any ProtobufMessage.Type] = [
  Proto.StreamConfig.self, Proto.StreamCut.self, Proto.ScaleRequest.self,
  Proto.SegmentRanges.self, Proto.SuccessorResponse.self, Proto.TxnStatus.self,
  Proto.ReaderGroupConfiguration.self, Proto.NodeUri.self, Proto.CreateTxnRequest.self,
  Proto.CreateTxnResponse.self, Proto.StreamsInScopeResponse.self, Proto.SegmentsAtTime.self,
  Proto.StreamCutRange.self, Proto.SubscriberStreamCut.self, Proto.TimestampFromWriter.self,
  Proto.ListCompletedTxnResponse.self, Proto.KeyValueTableConfig.self,
  Proto.KVTablesInScopeResponse.self, Proto.ServerResponse.self, Proto.ScopesResponse.self,
]

/// A message of the controller's service; the first byte chooses which. What decodes must encode
/// to bytes that decode to the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let input = UnsafeBufferPointer(start: start, count: count)
  messages[Int(input[0]) % messages.count].check(Array(input[1...]))
  return 0
}

extension ProtobufMessage {
  fileprivate static func check(_ bytes: [UInt8]) {
    guard let message = try? Self(protobuf: bytes) else { return }
    let encoded = message.serialized()
    let again = try? Self(protobuf: encoded)
    // Not the values: a NaN differs from itself.
    precondition(again?.serialized() == encoded, protobufName)
  }
}
