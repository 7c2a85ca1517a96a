// SPDX-License-Identifier: Apache-2.0
//
// Answers that say why a request was refused.

/// This store does not own the segment.
package struct WrongHost: WireFailure {
  package static let code: Int32 = 50
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var correctHost: String = ""
  package var serverStackTrace: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.string("correctHost", &correctHost)
    try v.trailingString("serverStackTrace", &serverStackTrace)
  }
}

/// The segment takes no more data; the offset is an event number for appends.
package struct SegmentIsSealed: WireFailure {
  package static let code: Int32 = 51
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var serverStackTrace: String = ""
  package var offset: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.trailingString("serverStackTrace", &serverStackTrace)
    try v.trailingInt64("offset", &offset)
  }
}

/// A segment of that name exists.
package struct SegmentAlreadyExists: WireFailure {
  package static let code: Int32 = 52
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var serverStackTrace: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.trailingString("serverStackTrace", &serverStackTrace)
  }
}

/// The segment does not exist.
package struct NoSuchSegment: WireFailure {
  package static let code: Int32 = 53
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var serverStackTrace: String = ""
  package var offset: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.trailingString("serverStackTrace", &serverStackTrace)
    try v.trailingInt64("offset", &offset)
  }
}

/// The offset lies before the first byte.
package struct SegmentIsTruncated: WireFailure {
  package static let code: Int32 = 56
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var startOffset: Int64 = 0
  package var serverStackTrace: String = ""
  package var offset: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.int64("startOffset", &startOffset)
    try v.trailingString("serverStackTrace", &serverStackTrace)
    try v.trailingInt64("offset", &offset)
  }
}

/// The store does not offer the operation.
package struct OperationUnsupported: WireFailure {
  package static let code: Int32 = 57
  package var requestID: Int64 = 0
  package var operationName: String = ""
  package var serverStackTrace: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("operationName", &operationName)
    try v.trailingString("serverStackTrace", &serverStackTrace)
  }
}

/// The token was refused: -1 unspecified, 0 check failed, 1 expired.
package struct AuthTokenCheckFailed: WireFailure {
  package static let code: Int32 = 60
  package var requestID: Int64 = 0
  package var serverStackTrace: String = ""
  package var errorCode: Int32 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.trailingString("serverStackTrace", &serverStackTrace)
    try v.trailingInt32("errorCode", &errorCode)
  }
}

/// A failure in words: -1 unspecified, 0 illegal argument.
package struct ErrorMessage: WireFailure {
  package static let code: Int32 = 61
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var message: String = ""
  package var errorCode: Int32 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.string("message", &message)
    try v.int32("errorCode", &errorCode)
  }
}

/// The table segment has entries.
package struct TableSegmentNotEmpty: WireFailure {
  package static let code: Int32 = 80
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var serverStackTrace: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.string("serverStackTrace", &serverStackTrace)
  }
}

/// A key that must exist does not.
package struct TableKeyDoesNotExist: WireFailure {
  package static let code: Int32 = 81
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var serverStackTrace: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.string("serverStackTrace", &serverStackTrace)
  }
}

/// A key has another version than expected.
package struct TableKeyBadVersion: WireFailure {
  package static let code: Int32 = 82
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var serverStackTrace: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.string("serverStackTrace", &serverStackTrace)
  }
}
