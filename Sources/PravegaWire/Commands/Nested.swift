// SPDX-License-Identifier: Apache-2.0
//
// Structures that occur only inside of commands.

/// A part of a command with a field list of its own.
package protocol WireStructure: Sendable, Hashable {
  init()
  mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError)
}

/// An event as it stands in a segment: type 0, length, payload.
package struct WireEvent: WireStructure {
  package var type: Int32 = 0
  package var data: [UInt8] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int32("type", &type)
    try v.bytes("data", &data)
  }
}

/// A change of an attribute that goes with a merge.
package struct AttributeUpdate: WireStructure {
  package var attributeID = WireUUID()
  package var updateType: Int8 = 0
  package var newValue: Int64 = 0
  package var oldValue: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.uuid("attributeId", &attributeID)
    try v.int8("updateType", &updateType)
    try v.int64("newValue", &newValue)
    try v.int64("oldValue", &oldValue)
  }
}

/// A merged segment and the length of the target after it.
package struct SourceAndOffset: WireStructure {
  package var source = ""
  package var offset: Int64 = 0

  package init() {}

  package init(source: String, offset: Int64) {
    self.source = source
    self.offset = offset
  }

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.string("source", &source)
    try v.int64("offset", &offset)
  }
}

/// A key of a table segment. Java writes an empty key without its version; so does this.
package struct TableKey: WireStructure {
  package var key: [UInt8] = []
  package var version = Self.noVersion

  /// No condition.
  package static let noVersion = Int64.min
  /// The key must not exist; also the version of an absent key in a reply.
  package static let notExists: Int64 = -1

  package init() {}

  package init(_ key: [UInt8], version: Int64 = Self.noVersion) {
    self.key = key
    self.version = version
  }

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    var size = Int32(truncatingIfNeeded: 4 + key.count + 8)
    try v.derived("payloadSize", &size)
    try v.bytes("key", &key)
    if !key.isEmpty { try v.int64("keyVersion", &version) }
  }
}

/// A key and its value.
package struct TableEntry: WireStructure {
  package var key = TableKey()
  package var value: [UInt8] = []

  package init() {}

  package init(_ key: TableKey, _ value: [UInt8]) {
    self.key = key
    self.value = value
  }

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try key.visit(&v)
    var size = Int32(truncatingIfNeeded: 4 + value.count)
    try v.derived("payloadSize", &size)
    try v.bytes("value", &value)
  }
}

/// Where an iteration over a table segment starts and ends; each member may be missing.
package struct IteratorArguments: WireStructure {
  package var continuationToken: [UInt8] = []
  package var prefixFilter: [UInt8] = []
  package var fromKey: [UInt8] = []
  package var toKey: [UInt8] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.trailingBytes("continuationToken", &continuationToken)
    try v.trailingBytes("prefixFilter", &prefixFilter)
    try v.trailingBytes("fromKey", &fromKey)
    try v.trailingBytes("toKey", &toKey)
  }
}

/// One chunk of a segment in long-term storage.
package struct ChunkInfo: WireStructure {
  package var lengthInMetadata: Int64 = 0
  package var lengthInStorage: Int64 = 0
  package var startOffset: Int64 = 0
  package var chunkName = ""
  package var existsInStorage = false

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("lengthInMetadata", &lengthInMetadata)
    try v.int64("lengthInStorage", &lengthInStorage)
    try v.int64("startOffset", &startOffset)
    try v.string("chunkName", &chunkName)
    try v.bool("existsInStorage", &existsInStorage)
  }
}
