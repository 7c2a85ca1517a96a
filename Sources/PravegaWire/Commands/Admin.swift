// SPDX-License-Identifier: Apache-2.0
//
// Commands of the separate admin listener; their request id comes last.

/// Flushes a container. Reply: ``StorageFlushed``.
package struct FlushToStorage: WireRequest {
  package static let code: Int32 = -3
  package var containerID: Int32 = 0
  package var delegationToken: String = ""
  package var requestID: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int32("containerId", &containerID)
    try v.secret("delegationToken", &delegationToken)
    try v.int64("requestId", &requestID)
  }
}

/// A container was flushed.
package struct StorageFlushed: WireReply {
  package static let code: Int32 = -4
  package var requestID: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
  }
}

/// Lists the chunks of a segment. Reply: ``StorageChunksListed``.
package struct ListStorageChunks: WireRequest {
  package static let code: Int32 = -5
  package var segment: String = ""
  package var delegationToken: String = ""
  package var requestID: Int64 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.string("segment", &segment)
    try v.secret("delegationToken", &delegationToken)
    try v.int64("requestId", &requestID)
  }
}

/// The chunks of a segment.
package struct StorageChunksListed: WireReply {
  package static let code: Int32 = -6
  package var requestID: Int64 = 0
  package var chunks: [ChunkInfo] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int64("requestId", &requestID)
    try v.list("chunks", &chunks, least: 27, ChunkInfo()) { (v, e) throws(WireError) in
      try e.visit(&v)
    }
  }
}
