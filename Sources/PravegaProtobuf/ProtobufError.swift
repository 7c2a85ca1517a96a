// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a message.
package enum ProtobufError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A field or the message itself ends before its length says.
  case truncated
  /// A varint goes on for more than ten bytes.
  case varintTooLong
  /// A field has number 0 or one above 2^29 - 1, or an unknown wire type.
  case invalidTag
  /// A group ends that never began, or never ends.
  case unbalancedGroup
  /// A string is not UTF-8.
  case invalidUTF8
  /// Messages or groups are nested deeper than ``ProtobufLimits/nesting``.
  case tooDeep
  /// Repeated fields hold more than ``ProtobufLimits/elements`` elements.
  case tooManyElements

  package var description: String {
    switch self {
    case .truncated: "a protobuf field ends before its length says"
    case .varintTooLong: "a protobuf varint is longer than ten bytes"
    case .invalidTag: "a protobuf tag has an impossible number or wire type"
    case .unbalancedGroup: "a protobuf group is not balanced"
    case .invalidUTF8: "a protobuf string is not UTF-8"
    case .tooDeep: "protobuf messages are nested too deeply"
    case .tooManyElements: "protobuf repeated fields have too many elements"
    }
  }
}

/// What a decoder accepts from a peer, whatever the message.
package enum ProtobufLimits {
  /// Levels of nested messages or groups; the number protobuf's own libraries use.
  package static let nesting = 100
  /// Elements of all repeated fields of a message together. An element takes two bytes on the wire
  /// but a hundred in memory, so the size of the message alone is no bound.
  package static let elements = 1 << 18
}
