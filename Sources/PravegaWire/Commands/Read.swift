// SPDX-License-Identifier: Apache-2.0
//
// Reading bytes of a segment.

/// Asks for bytes from an offset on; parked at the tail. Reply: ``SegmentRead``.
package struct ReadSegment: WireRequest {
  package static let code: Int32 = 9
  package var segment: String = ""
  package var offset: Int64 = 0
  package var suggestedLength: Int32 = 0
  package var delegationToken: String = ""
  package var requestID: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.string("segment", &segment)
    try v.int64("offset", &offset)
    try v.int32("suggestedLength", &suggestedLength)
    try v.secret("delegationToken", &delegationToken)
    try v.trailingInt64("requestId", &requestID)
  }
}

/// Bytes of a segment.
package struct SegmentRead: WireReply {
  package static let code: Int32 = 10
  package var segment: String = ""
  package var offset: Int64 = 0
  package var atTail: Bool = false
  package var endOfSegment: Bool = false
  package var data: [UInt8] = []
  package var requestID: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.string("segment", &segment)
    try v.int64("offset", &offset)
    try v.bool("atTail", &atTail)
    try v.bool("endOfSegment", &endOfSegment)
    try v.bytes("data", &data)
    try v.trailingInt64("requestId", &requestID)
  }
}

/// Asks for an event boundary near an offset. Reply: ``OffsetLocated``.
package struct LocateOffset: WireRequest {
  package static let code: Int32 = 41
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var targetOffset: Int64 = 0
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.int64("targetOffset", &targetOffset)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// An event boundary.
package struct OffsetLocated: WireReply {
  package static let code: Int32 = 42
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var offset: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.int64("offset", &offset)
  }
}
