// SPDX-License-Identifier: Apache-2.0

/// Where events go. Any thread may use it.
protocol EventSink: Sendable {
  associatedtype Acknowledgement: Sendable

  /// Blocks only while the client's budget is exhausted.
  func write(_ event: [UInt8], key: String?) throws -> Acknowledgement
  /// Blocks until the event is stored or has failed.
  func wait(for acknowledgement: Acknowledgement) throws
  /// Blocks until everything written so far is stored or has failed.
  func flush() throws
  func close() throws
}

/// Where events come from. One thread uses it.
protocol EventSource: SendableMetatype {
  /// Blocks until something has come, at most `timeout`.
  func next(timeout: Duration) throws -> SourceRead
  func close() throws
}

enum SourceRead {
  case event([UInt8])
  /// A checkpoint, or a time-out.
  case nothing
  /// All segments were read to their end.
  case end
}

/// What a reader group reads.
struct GroupBounds: Sendable {
  var beginsAtTail = false
  var endsAtTail = false
}
