// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// What the controller needs of a segment store.
///
/// What is there already counts as done: creating an existing segment, sealing a sealed one,
/// deleting a missing one.
package protocol SegmentStorage: AnyObject, Sendable {
  func createSegment(_ name: String, _ policy: SegmentPolicy) throws
  func createTableSegment(_ name: String, keyLength: Int32, rolloverByteCount: Int64) throws
  func deleteSegment(_ name: String) throws
  func sealSegment(_ name: String) throws
  /// Offsets beyond the end and offsets that are gone already leave the segment untouched.
  func truncateSegment(_ name: String, at offset: Int64) throws
  func updateSegment(_ name: String, _ policy: SegmentPolicy) throws
  /// Offset of the end; nil when there is no such segment.
  func segmentByteCount(_ name: String) throws -> Int64?
  /// Moves all of the source behind the target's bytes. A missing source counts as moved.
  ///
  /// - Returns: the target's length afterwards.
  func mergeSegment(_ source: String, into target: String) throws -> Int64
  /// Appends one framed event. Nil when there is no such segment, or it is sealed.
  ///
  /// - Returns: the offset at which the event begins.
  func appendEvent(_ payload: [UInt8], to name: String) throws -> Int64?
  /// Sets the attribute in which clients of a revisioned stream find where to start.
  func setMark(_ offset: Int64, of name: String) throws
}
