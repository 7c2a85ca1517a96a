// SPDX-License-Identifier: Apache-2.0

/// Why the segment store refused something.
package enum StoreError: Error, Equatable, Sendable {
  case noSuchSegment
  case alreadyExists
  case sealed
  /// An offset outside of what is there; `start` is the first readable one.
  case truncated(start: Int64)
  /// A condition on the table segment's length did not hold.
  case wrongTableLength(current: Int64)
  case tableNotEmpty
  case keyDoesNotExist
  case badKeyVersion
  /// An attribute did not have the expected value.
  case attributeMismatch
  /// The writer's last number in the segment is not what the connection believes.
  case badEventNumber
  /// A conditional append met another length.
  case conditionFailed
  case unsupported
  /// An argument that a client may send by mistake: told to it.
  case badArgument(String)
  /// A request that a real server answers by closing the connection.
  case refused(String)
}

/// What the in-process API throws: the segment and what is the matter with it.
package struct SegmentFailure: Error, Sendable, CustomStringConvertible {
  package let segment: String
  package let reason: StoreError

  package var description: String { "\(reason): \(segment)" }
}
