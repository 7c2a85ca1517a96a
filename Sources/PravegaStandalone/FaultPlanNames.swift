// SPDX-License-Identifier: Apache-2.0

/// What a rule can name.
enum FaultNames {
  static let wireCommands = [
    "Hello", "KeepAlive", "SetupAppend", "AppendBlock", "AppendBlockEnd", "ConditionalAppend",
    "ConditionalBlockEnd", "ReadSegment", "GetStreamSegmentInfo", "CreateSegment",
    "CreateTransientSegment", "SealSegment", "DeleteSegment", "TruncateSegment",
    "MergeSegments", "MergeSegmentsBatch", "UpdateSegmentPolicy", "GetSegmentAttribute",
    "UpdateSegmentAttribute", "CreateTableSegment", "DeleteTableSegment",
    "GetTableSegmentInfo", "UpdateTableEntries", "RemoveTableKeys", "ReadTable",
    "ReadTableKeys", "ReadTableEntries", "ReadTableEntriesDelta",
  ]

  static let controllerCalls = [
    "abortTransaction", "checkScale", "checkStreamExists", "checkScopeExists",
    "checkTransactionState", "commitTransaction", "createKeyValueTable", "createReaderGroup",
    "createScope", "createStream", "createTransaction", "deleteKeyValueTable",
    "deleteReaderGroup", "deleteScope", "deleteScopeRecursive", "deleteStream",
    "getControllerServerList", "getControllerToBucketMapping", "getCurrentSegments",
    "getCurrentSegmentsKeyValueTable", "getDelegationToken", "getEpochSegments",
    "getKeyValueTableConfiguration", "getReaderGroupConfig", "getSegments",
    "getSegmentsBetween", "getSegmentsImmediatelyFollowing", "getSegmentsImmediatlyFollowing",
    "getStreamConfiguration", "getURI", "isSegmentValid", "isStreamCutValid",
    "listCompletedTransactions", "listKeyValueTablesInScope", "listScopes",
    "listStreamsInScope", "listStreamsInScopeForTag", "listSubscribers",
    "noteTimestampFromWriter", "pingTransaction", "removeWriter", "scale", "sealStream",
    "truncateStream", "updateReaderGroup", "updateStream", "updateSubscriberStreamCut",
  ]

  private static let known = Set((wireCommands + controllerCalls).map { $0.lowercased() })

  static func isKnown(_ name: String) -> Bool {
    name == "*" || known.contains(name.lowercased())
  }

  /// The known names that look like `name`, for a message.
  static func similar(to name: String) -> [String] {
    let wanted = name.lowercased()
    let all = wireCommands + controllerCalls
    let related = all.filter {
      let known = $0.lowercased()
      return known.contains(wanted) || wanted.contains(known)
        || known.commonPrefixLength(with: wanted) >= 5
    }
    return Array(related.prefix(4))
  }
}

extension String {
  fileprivate func commonPrefixLength(with other: String) -> Int {
    zip(self, other).prefix { $0 == $1 }.count
  }
}
