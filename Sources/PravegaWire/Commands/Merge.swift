// SPDX-License-Identifier: Apache-2.0
//
// Merging segments.

/// Appends the whole source to the target. Reply: ``SegmentsMerged``.
package struct MergeSegments: WireRequest {
  package static let code: Int32 = 58
  package var requestID: Int64 = 0
  package var target: String = ""
  package var source: String = ""
  package var delegationToken: String = ""
  package var attributeUpdates: [AttributeUpdate] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("target", &target)
    try v.string("source", &source)
    try v.secret("delegationToken", &delegationToken)
    if v.hasMore(4) {
      try v.list("attributeUpdates", &attributeUpdates, least: 33, AttributeUpdate()) {
        (v, e) throws(WireError) in try e.visit(&v)
      }
    }
  }
}

/// A segment was merged.
package struct SegmentsMerged: WireReply {
  package static let code: Int32 = 59
  package var requestID: Int64 = 0
  package var target: String = ""
  package var source: String = ""
  package var newTargetWriteOffset: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("target", &target)
    try v.string("source", &source)
    try v.trailingInt64("newTargetWriteOffset", &newTargetWriteOffset)
  }
}

/// Merges several sources in order. Reply: ``SegmentsBatchMerged``.
package struct MergeSegmentsBatch: WireRequest {
  package static let code: Int32 = 90
  package var requestID: Int64 = 0
  package var target: String = ""
  package var sources: [String] = []
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("target", &target)
    try v.list("sources", &sources, least: 2, "") { (v, s) throws(WireError) in
      try v.string("sources", &s)
    }
    try v.secret("delegationToken", &delegationToken)
  }
}

/// Segments were merged; the target's length after each.
package struct SegmentsBatchMerged: WireReply {
  package static let code: Int32 = 91
  package var requestID: Int64 = 0
  package var target: String = ""
  package var sourcesAndOffsets: [SourceAndOffset] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("target", &target)
    try v.list("sourcesAndOffsets", &sourcesAndOffsets, least: 10, SourceAndOffset()) {
      (v, e) throws(WireError) in try e.visit(&v)
    }
  }
}
