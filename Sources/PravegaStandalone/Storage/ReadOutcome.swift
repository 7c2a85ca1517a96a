// SPDX-License-Identifier: Apache-2.0

/// What a read found: pieces of chunks, to be sent as they are.
package struct ReadData: Sendable {
  package let slices: [ChunkSlice]
  package let count: Int
  /// The data stops because the next byte does not exist yet.
  package let isAtTail: Bool
  package let isEndOfSegment: Bool

  static let cancelled = ReadData(slices: [], count: 0, isAtTail: true, isEndOfSegment: false)
}

/// The end of a read.
package enum ReadOutcome: Sendable {
  case data(ReadData)
  case failure(StoreError)
}

/// A read that waits for bytes, a seal or a deletion.
struct ParkedRead: Sendable {
  let owner: ObjectIdentifier
  let offset: Int64
  let length: Int
  let complete: @Sendable (ReadOutcome) -> Void
}

/// What a change of a segment leaves to be done when its lock is released.
struct Aftermath {
  /// Reads that can be answered now.
  var answers: [(ParkedRead, ReadOutcome)] = []
  /// Chunks that nobody uses; freeing them may be a system call.
  var garbage: [Chunk] = []
  /// Bytes of memory taken, or given back if negative.
  var growth = 0
}
