// SPDX-License-Identifier: Apache-2.0
//
// Opening a connection and keeping it alive.

/// Announces the versions that a peer understands; both sides send it first.
package struct Hello: WireRequest, WireReply {
  package static let code: Int32 = -127
  package var highVersion: Int32 = 0
  package var lowVersion: Int32 = 0

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.int32("highVersion", &highVersion)
    try v.int32("lowVersion", &lowVersion)
  }
}

/// Shows that the connection lives; a store echoes it.
package struct KeepAlive: WireRequest, WireReply {
  package static let code: Int32 = 100

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {}
}

/// Fills the unused rest of an ``AppendBlock``.
package struct Padding: WireRequest {
  package static let code: Int32 = -1
  package var zeros: [UInt8] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.rest("zeros", &zeros)
  }
}

/// The first part of data that goes on in an ``AppendBlockEnd``.
package struct PartialEvent: WireRequest {
  package static let code: Int32 = -2
  package var data: [UInt8] = []

  package init() {}

  package mutating func visit<V: FieldVisitor>(_ v: inout V) throws(WireError) {
    try v.rest("data", &data)
  }
}
