// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

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

/// Writers and readers of one scope.
struct Cluster: Sendable {
  init(_ connection: Connection, scope: String) throws { throw Unwired.error("this command") }

  func openSink(_ stream: String) throws -> UnwiredEvents { throw Unwired.error("write") }

  /// Whether the group is new.
  func createGroup(_ group: String, stream: String, _ bounds: GroupBounds) throws -> Bool {
    throw Unwired.error("read")
  }

  func deleteGroup(_ group: String) throws { throw Unwired.error("read") }

  func openSource(group: String, reader: String) throws -> UnwiredEvents {
    throw Unwired.error("read")
  }

  func close() {}
}

/// Stands where the client's writer and reader will.
struct UnwiredEvents: EventSink, EventSource {
  func write(_ event: [UInt8], key: String?) throws -> Int { throw Unwired.error("write") }
  func wait(for acknowledgement: Int) throws {}
  func flush() throws {}
  func next(timeout: Duration) throws -> SourceRead { throw Unwired.error("read") }
  func close() throws {}
}
