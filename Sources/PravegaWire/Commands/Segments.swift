// SPDX-License-Identifier: Apache-2.0
//
// Life cycle and properties of segments.

/// Creates a segment. Reply: ``SegmentCreated``.
package struct CreateSegment: WireRequest {
  package static let code: Int32 = 20
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var targetRate: Int32 = 0
  package var scaleType: Int8 = 0
  package var delegationToken: String = ""
  package var rolloverSizeBytes: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.int32("targetRate", &targetRate)
    try v.int8("scaleType", &scaleType)
    try v.secret("delegationToken", &delegationToken)
    try v.trailingInt64("rolloverSizeBytes", &rolloverSizeBytes)
  }
}

/// A segment was created.
package struct SegmentCreated: WireReply {
  package static let code: Int32 = 21
  package var requestID: Int64 = 0
  package var segment: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
  }
}

/// Makes a segment read-only. Reply: ``SegmentSealed``.
package struct SealSegment: WireRequest {
  package static let code: Int32 = 28
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// A segment was sealed.
package struct SegmentSealed: WireReply {
  package static let code: Int32 = 29
  package var requestID: Int64 = 0
  package var segment: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
  }
}

/// Deletes a segment. Reply: ``SegmentDeleted``.
package struct DeleteSegment: WireRequest {
  package static let code: Int32 = 30
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// A segment was deleted.
package struct SegmentDeleted: WireReply {
  package static let code: Int32 = 31
  package var requestID: Int64 = 0
  package var segment: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
  }
}

/// Changes the scale attributes. Reply: ``SegmentPolicyUpdated``.
package struct UpdateSegmentPolicy: WireRequest {
  package static let code: Int32 = 32
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var targetRate: Int32 = 0
  package var scaleType: Int8 = 0
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.int32("targetRate", &targetRate)
    try v.int8("scaleType", &scaleType)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// The scale attributes were changed.
package struct SegmentPolicyUpdated: WireReply {
  package static let code: Int32 = 33
  package var requestID: Int64 = 0
  package var segment: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
  }
}

/// Drops bytes before an offset. Reply: ``SegmentTruncated``.
package struct TruncateSegment: WireRequest {
  package static let code: Int32 = 38
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var truncationOffset: Int64 = 0
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.int64("truncationOffset", &truncationOffset)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// A segment was truncated.
package struct SegmentTruncated: WireReply {
  package static let code: Int32 = 39
  package var requestID: Int64 = 0
  package var segment: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
  }
}

/// Asks for properties. Reply: ``StreamSegmentInfo``.
package struct GetStreamSegmentInfo: WireRequest {
  package static let code: Int32 = 11
  package var requestID: Int64 = 0
  package var segmentName: String = ""
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segmentName", &segmentName)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// Properties; the write offset counts truncated bytes, too.
package struct StreamSegmentInfo: WireReply {
  package static let code: Int32 = 12
  package var requestID: Int64 = 0
  package var segmentName: String = ""
  package var exists: Bool = false
  package var isSealed: Bool = false
  package var isDeleted: Bool = false
  package var lastModified: Int64 = 0
  package var writeOffset: Int64 = 0
  package var startOffset: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segmentName", &segmentName)
    try v.bool("exists", &exists)
    try v.bool("isSealed", &isSealed)
    try v.bool("isDeleted", &isDeleted)
    try v.int64("lastModified", &lastModified)
    try v.int64("writeOffset", &writeOffset)
    try v.trailingInt64("startOffset", &startOffset)
  }
}

/// Reads an attribute. Reply: ``SegmentAttribute``.
package struct GetSegmentAttribute: WireRequest {
  package static let code: Int32 = 34
  package var requestID: Int64 = 0
  package var segmentName: String = ""
  package var attributeID: WireUUID = WireUUID()
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segmentName", &segmentName)
    try v.uuid("attributeId", &attributeID)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// The value, `Int64.min` when it is not set.
package struct SegmentAttribute: WireReply {
  package static let code: Int32 = 35
  package var requestID: Int64 = 0
  package var value: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.int64("value", &value)
  }
}

/// Compares and sets an attribute. Reply: ``SegmentAttributeUpdated``.
package struct UpdateSegmentAttribute: WireRequest {
  package static let code: Int32 = 36
  package var requestID: Int64 = 0
  package var segmentName: String = ""
  package var attributeID: WireUUID = WireUUID()
  package var newValue: Int64 = 0
  package var expectedValue: Int64 = 0
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segmentName", &segmentName)
    try v.uuid("attributeId", &attributeID)
    try v.int64("newValue", &newValue)
    try v.int64("expectedValue", &expectedValue)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// Whether the attribute had the expected value.
package struct SegmentAttributeUpdated: WireReply {
  package static let code: Int32 = 37
  package var requestID: Int64 = 0
  package var success: Bool = false

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.bool("success", &success)
  }
}
