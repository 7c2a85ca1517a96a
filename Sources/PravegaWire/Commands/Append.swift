// SPDX-License-Identifier: Apache-2.0
//
// Appending events and raw bytes.

/// Registers a writer on this connection. Reply: ``AppendSetup``.
package struct SetupAppend: WireRequest {
  package static let code: Int32 = 1
  package var requestID: Int64 = 0
  package var writerID: WireUUID = WireUUID()
  package var segment: String = ""
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.uuid("writerId", &writerID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// The last event number of the writer that is stored, `Int64.min` if none.
package struct AppendSetup: WireReply {
  package static let code: Int32 = 2
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var writerID: WireUUID = WireUUID()
  package var lastEventNumber: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.uuid("writerId", &writerID)
    try v.int64("lastEventNumber", &lastEventNumber)
  }
}

/// A block of append data; acknowledged with its end.
package struct AppendBlock: WireRequest {
  package static let code: Int32 = 3
  package var writerID: WireUUID = WireUUID()
  package var data: [UInt8] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.uuid("writerId", &writerID)
    try v.rest("data", &data)
  }
}

/// Closes a block, or carries all of its data itself. Reply: ``DataAppended``.
package struct AppendBlockEnd: WireRequest {
  package static let code: Int32 = 4
  package var writerID: WireUUID = WireUUID()
  package var sizeOfWholeEvents: Int32 = 0
  package var data: [UInt8] = []
  package var numEvents: Int32 = 0
  package var lastEventNumber: Int64 = 0
  package var requestID: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.uuid("writerId", &writerID)
    try v.int32("sizeOfWholeEvents", &sizeOfWholeEvents)
    try v.bytes("data", &data)
    try v.int32("numEvents", &numEvents)
    try v.int64("lastEventNumber", &lastEventNumber)
    try v.trailingInt64("requestId", &requestID)
  }
}

/// Appends one event if the segment has the expected length.
package struct ConditionalAppend: WireRequest {
  package static let code: Int32 = 5
  package var writerID: WireUUID = WireUUID()
  package var eventNumber: Int64 = 0
  package var expectedOffset: Int64 = 0
  package var event = WireEvent()
  package var requestID: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.uuid("writerId", &writerID)
    try v.int64("eventNumber", &eventNumber)
    try v.int64("expectedOffset", &expectedOffset)
    try event.visit(&v)
    try v.trailingInt64("requestId", &requestID)
  }
}

/// Appends raw bytes if the segment has the expected length.
package struct ConditionalBlockEnd: WireRequest {
  package static let code: Int32 = 89
  package var writerID: WireUUID = WireUUID()
  package var eventNumber: Int64 = 0
  package var expectedOffset: Int64 = 0
  package var data: [UInt8] = []
  package var requestID: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.uuid("writerId", &writerID)
    try v.int64("eventNumber", &eventNumber)
    try v.int64("expectedOffset", &expectedOffset)
    try v.bytes("data", &data)
    try v.int64("requestId", &requestID)
  }
}

/// Acknowledges everything of the writer up to an event number.
package struct DataAppended: WireReply {
  package static let code: Int32 = 7
  package var writerID: WireUUID = WireUUID()
  package var eventNumber: Int64 = 0
  package var previousEventNumber: Int64 = -1
  package var requestID: Int64 = -1
  package var currentSegmentWriteOffset: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.uuid("writerId", &writerID)
    try v.int64("eventNumber", &eventNumber)
    try v.trailingInt64("previousEventNumber", &previousEventNumber)
    try v.trailingInt64("requestId", &requestID)
    try v.trailingInt64("currentSegmentWriteOffset", &currentSegmentWriteOffset)
  }
}

/// The segment did not have the expected length.
package struct ConditionalCheckFailed: WireFailure {
  package static let code: Int32 = 8
  package var writerID: WireUUID = WireUUID()
  package var eventNumber: Int64 = 0
  package var requestID: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.uuid("writerId", &writerID)
    try v.int64("eventNumber", &eventNumber)
    try v.trailingInt64("requestId", &requestID)
  }
}

/// An event number was not above the last one; the store closes the connection.
package struct InvalidEventNumber: WireFailure {
  package static let code: Int32 = 55
  package var writerID: WireUUID = WireUUID()
  package var requestID: Int64 = 0
  package var serverStackTrace: String = ""
  package var eventNumber: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.uuid("writerId", &writerID)
    try v.int64("requestId", &requestID)
    try v.trailingString("serverStackTrace", &serverStackTrace)
    try v.trailingInt64("eventNumber", &eventNumber)
  }
}

/// Creates a scratch segment for a large event. Reply: ``SegmentCreated``.
package struct CreateTransientSegment: WireRequest {
  package static let code: Int32 = 40
  package var requestID: Int64 = 0
  package var writerID: WireUUID = WireUUID()
  package var parentSegment: String = ""
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.uuid("writerId", &writerID)
    try v.string("parentSegment", &parentSegment)
    try v.secret("delegationToken", &delegationToken)
  }
}
