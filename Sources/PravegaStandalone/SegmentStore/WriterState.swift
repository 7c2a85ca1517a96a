// SPDX-License-Identifier: Apache-2.0

/// What a connection knows of a writer that was set up on it.
struct WriterState {
  let segment: StoredSegment
  /// The name as the client spelled it.
  let name: String
  /// The highest number that a frame of this writer carried; 0 at set-up, whatever is stored.
  var lastSeen: Int64 = 0
  /// The number of the newest append that was stored and acknowledged.
  var lastStored: Int64
  /// The segment refused an append: a new set-up is needed.
  var isOver = false
}

/// A block of events whose end has not arrived.
struct PendingBlock {
  let writer: AttributeID
  let data: [UInt8]
}

/// An append, taken out of its frame.
@safe
struct IncomingAppend {
  let writer: AttributeID
  var bytes: AppendBytes
  let eventCount: Int32
  let number: Int64
  var expectedLength: Int64 = -1
  let requestID: Int64
}
