// SPDX-License-Identifier: Apache-2.0
//
// Table segments: keys, values, versions.

/// Creates a table segment. Reply: ``SegmentCreated``.
package struct CreateTableSegment: WireRequest {
  package static let code: Int32 = 70
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var delegationToken: String = ""
  package var sorted = false
  package var keyLength: Int32 = 0
  package var rolloverSizeBytes: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
    if v.hasMore(1) { try v.bool("sorted", &sorted) }
    try v.trailingInt32("keyLength", &keyLength)
    try v.trailingInt64("rolloverSizeBytes", &rolloverSizeBytes)
  }
}

/// Deletes a table segment. Reply: ``SegmentDeleted``.
package struct DeleteTableSegment: WireRequest {
  package static let code: Int32 = 71
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var mustBeEmpty: Bool = false
  package var delegationToken: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.bool("mustBeEmpty", &mustBeEmpty)
    try v.secret("delegationToken", &delegationToken)
  }
}

/// Asks for properties. Reply: ``TableSegmentInfo``.
package struct GetTableSegmentInfo: WireRequest {
  package static let code: Int32 = 68
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

/// Properties; key length 0 means any length.
package struct TableSegmentInfo: WireReply {
  package static let code: Int32 = 69
  package var requestID: Int64 = 0
  package var segmentName: String = ""
  package var startOffset: Int64 = 0
  package var length: Int64 = 0
  package var entryCount: Int64 = 0
  package var keyLength: Int32 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segmentName", &segmentName)
    try v.int64("startOffset", &startOffset)
    try v.int64("length", &length)
    try v.int64("entryCount", &entryCount)
    try v.int32("keyLength", &keyLength)
  }
}

/// Puts entries. Reply: ``TableEntriesUpdated``.
package struct UpdateTableEntries: WireRequest {
  package static let code: Int32 = 74
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var delegationToken: String = ""
  package var tableEntries: [TableEntry] = []
  package var tableSegmentOffset: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
    try v.list("tableEntries", &tableEntries, least: 16, TableEntry()) {
      (v, e) throws(WireError) in try e.visit(&v)
    }
    try v.trailingInt64("tableSegmentOffset", &tableSegmentOffset)
  }
}

/// The new versions, in the order of the request.
package struct TableEntriesUpdated: WireReply {
  package static let code: Int32 = 75
  package var requestID: Int64 = 0
  package var updatedVersions: [Int64] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.list("updatedVersions", &updatedVersions, least: 8, 0) { (v, n) throws(WireError) in
      try v.int64("updatedVersions", &n)
    }
  }
}

/// Removes keys. Reply: ``TableKeysRemoved``.
package struct RemoveTableKeys: WireRequest {
  package static let code: Int32 = 76
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var delegationToken: String = ""
  package var keys: [TableKey] = []
  package var tableSegmentOffset: Int64 = -1

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
    try v.list("keys", &keys, least: 8, TableKey()) { (v, e) throws(WireError) in
      try e.visit(&v)
    }
    try v.trailingInt64("tableSegmentOffset", &tableSegmentOffset)
  }
}

/// Keys were removed.
package struct TableKeysRemoved: WireReply {
  package static let code: Int32 = 77
  package var requestID: Int64 = 0
  package var segment: String = ""

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
  }
}

/// Gets entries by key. Reply: ``TableRead``.
package struct ReadTable: WireRequest {
  package static let code: Int32 = 78
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var delegationToken: String = ""
  package var keys: [TableKey] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
    try v.list("keys", &keys, least: 8, TableKey()) { (v, e) throws(WireError) in
      try e.visit(&v)
    }
  }
}

/// One entry for each requested key.
package struct TableRead: WireReply {
  package static let code: Int32 = 79
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var entries: [TableEntry] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.list("entries", &entries, least: 16, TableEntry()) { (v, e) throws(WireError) in
      try e.visit(&v)
    }
  }
}

/// Iterates over keys. Reply: ``TableKeysRead``.
package struct ReadTableKeys: WireRequest {
  package static let code: Int32 = 83
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var delegationToken: String = ""
  package var suggestedKeyCount: Int32 = 0
  package var args = IteratorArguments()

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
    try v.int32("suggestedKeyCount", &suggestedKeyCount)
    try args.visit(&v)
  }
}

/// A page of keys.
package struct TableKeysRead: WireReply {
  package static let code: Int32 = 84
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var keys: [TableKey] = []
  package var continuationToken: [UInt8] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.list("keys", &keys, least: 8, TableKey()) { (v, e) throws(WireError) in
      try e.visit(&v)
    }
    try v.bytes("continuationToken", &continuationToken)
  }
}

/// Iterates over entries. Reply: ``TableEntriesRead``.
package struct ReadTableEntries: WireRequest {
  package static let code: Int32 = 85
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var delegationToken: String = ""
  package var suggestedEntryCount: Int32 = 0
  package var args = IteratorArguments()

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
    try v.int32("suggestedEntryCount", &suggestedEntryCount)
    try args.visit(&v)
  }
}

/// A page of entries.
package struct TableEntriesRead: WireReply {
  package static let code: Int32 = 86
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var entries: [TableEntry] = []
  package var continuationToken: [UInt8] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.list("entries", &entries, least: 16, TableEntry()) { (v, e) throws(WireError) in
      try e.visit(&v)
    }
    try v.bytes("continuationToken", &continuationToken)
  }
}

/// Changes since a position.
package struct TableEntriesDeltaRead: WireReply {
  package static let code: Int32 = 87
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var entries: [TableEntry] = []
  package var shouldClear: Bool = false
  package var reachedEnd: Bool = false
  package var lastPosition: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.list("entries", &entries, least: 16, TableEntry()) { (v, e) throws(WireError) in
      try e.visit(&v)
    }
    try v.bool("shouldClear", &shouldClear)
    try v.bool("reachedEnd", &reachedEnd)
    try v.int64("lastPosition", &lastPosition)
  }
}

/// Asks for changes since a position. Reply: ``TableEntriesDeltaRead``.
package struct ReadTableEntriesDelta: WireRequest {
  package static let code: Int32 = 88
  package var requestID: Int64 = 0
  package var segment: String = ""
  package var delegationToken: String = ""
  package var fromPosition: Int64 = 0
  package var suggestedEntryCount: Int32 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
    try v.int64("fromPosition", &fromPosition)
    try v.int32("suggestedEntryCount", &suggestedEntryCount)
  }
}
