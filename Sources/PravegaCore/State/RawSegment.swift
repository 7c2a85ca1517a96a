// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// One segment as its store offers it, behind connections, retries and tokens.
///
/// Every call blocks at most until its deadline. Errors are `PravegaError`s with the codes
/// `noSuchSegment`, `segmentSealed`, `segmentTruncated`, `timeout` and those of transport.
package protocol RawSegment: AnyObject, Sendable {
  var segment: Segment { get }

  func info(until deadline: Deadline) throws -> RawSegmentInfo

  /// At least one and at most `length` bytes from `offset` on. The caller knows that they exist.
  func read(at offset: Int64, length: Int, until deadline: Deadline) throws -> [UInt8]

  /// Appends one framed event and waits until it is stored.
  func append(_ data: [UInt8], until deadline: Deadline) throws

  /// Appends one framed event if the segment's write offset is `offset`; false when it is not.
  ///
  /// However often the request has to be sent again, it is carried out once.
  func append(
    _ data: [UInt8], ifWriteOffsetIs offset: Int64, until deadline: Deadline
  ) throws -> Bool

  /// The value of an attribute; nil when it is not set.
  func attribute(_ id: UniqueID, until deadline: Deadline) throws -> Int64?

  /// Sets an attribute if its value is `expected`; false when it is not.
  func setAttribute(
    _ id: UniqueID, from expected: Int64?, to value: Int64?, until deadline: Deadline
  ) throws -> Bool

  /// Forgets everything before `offset`; no error when that was done before.
  func truncate(before offset: Int64, until deadline: Deadline) throws

  /// Gives connections back. Calls that are waiting fail with `objectClosed`.
  func close()
}

/// What a store says of a segment.
package struct RawSegmentInfo: Sendable, Hashable {
  /// The first offset that can be read.
  package let startOffset: Int64
  /// The offset after the last byte.
  package let writeOffset: Int64
  package let isSealed: Bool

  package init(startOffset: Int64, writeOffset: Int64, isSealed: Bool = false) {
    self.startOffset = startOffset
    self.writeOffset = writeOffset
    self.isSealed = isSealed
  }
}
