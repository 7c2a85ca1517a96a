// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Writes events to a stream, each exactly once within the writer's life, in order per routing key.
///
/// Safe to use from any thread; threads share its connections. An event counts as written when its
/// ``WriteFuture`` says so. After a failure that a writer cannot repair every further call fails in
/// the same way. One that is dropped without ``close()`` still stores what was written, in the
/// background, and nobody learns whether it could.
public final class EventStreamWriter<Event>: Closeable, Sendable {
  /// The settings that the writer was made with.
  public let config: EventWriterConfig
  let core: EventWriterCore
  // Those of `core`, at hand without a reference count.
  private let stream: StreamWriter
  private let seat: WriterSeat
  /// Lives as long as its last user.
  private let client: Client
  private let serialize: @Sendable (Event, EventBuffer) throws -> Void

  init<S: Serializer>(
    _ core: EventWriterCore, of client: Client, serializer: S, config: EventWriterConfig
  ) where S.Event == Event {
    self.core = core
    stream = core.stream
    seat = core.seat
    self.client = client
    self.config = config
    serialize = { event, buffer in
      LockWatch.expectNoLock("a serializer")
      try serializer.serialize(event, into: buffer)
    }
  }

  /// Writes an event. Normally returns at once.
  ///
  /// Blocks while the client has as many unacknowledged bytes as its budget allows, and while the event's
  /// segment is being replaced after a scale; at most `timeout`, or, without one, until the
  /// writer gives its store up.
  ///
  /// - Parameters:
  ///   - event: at most ``EventLimits/maxEventSize`` bytes when serialized.
  ///   - routingKey: events with equal keys are read in the order they were written; nil lets the
  ///     writer choose a segment.
  ///   - timeout: the longest time to block.
  /// - Returns: the acknowledgement to come.
  /// - Throws: ``PravegaError`` with code `invalidArgument` for an event over the limit,
  ///   `objectClosed`, `segmentSealed`, `timeout` (nothing was written), or the failure that ended
  ///   the writer; and what the serializer throws.
  @available(*, noasync, message: "writeEvent may block; call it from a thread of your own")
  @discardableResult
  public func writeEvent(
    _ event: Event, routingKey: String? = nil, timeout: Duration? = nil
  ) throws -> WriteFuture {
    let buffer = EventBuffer.borrow()
    defer { buffer.giveBack() }
    try serialize(event, buffer)
    return try stream.write(
      buffer, fraction: routingKey.map(RoutingKeyHash.fraction(of:)), by: seat,
      until: timeout.map(Deadline.after) ?? .distantFuture)
  }

  /// Writes events that share a routing key as one atomic append: all are stored, or none.
  ///
  /// Blocks like ``writeEvent(_:routingKey:timeout:)``.
  ///
  /// - Parameter events: at least one; together at most 16 MiB less 64 bytes, with eight bytes of
  ///   header each.
  /// - Returns: one acknowledgement for all.
  /// - Throws: as ``writeEvent(_:routingKey:timeout:)`` does.
  @available(*, noasync, message: "writeEvents may block; call it from a thread of your own")
  @discardableResult
  public func writeEvents(
    _ events: [Event], routingKey: String, timeout: Duration? = nil
  ) throws -> WriteFuture {
    var batch = EventBatch()
    for event in events {
      try EventBuffer.withScratch { buffer in
        try serialize(event, buffer)
        try batch.add(buffer)
      }
    }
    return try stream.write(
      batch, fraction: RoutingKeyHash.fraction(of: routingKey), by: seat,
      until: timeout.map(Deadline.after) ?? .distantFuture)
  }

  /// Tells the controller that all events up to `timestamp` have been written, for watermarks.
  ///
  /// Returns at once; the report follows in the background and its failure is logged only. Timestamps
  /// of one writer should not go back.
  ///
  /// - Throws: ``PravegaError`` with code `illegalState` when the writer notes the time by itself.
  public func noteTime(_ timestamp: Int64) throws {
    guard !config.automaticallyNoteTime else {
      throw PravegaError(
        .illegalState, "The writer notes the time by itself.",
        hint: "Switch automaticallyNoteTime off to call noteTime.")
    }
    try core.noteTime(timestamp)
  }

  /// Blocks the calling thread until every event written before the call is stored, at most
  /// `timeout`.
  ///
  /// - Parameter timeout: nil waits until the writer gives its store up.
  /// - Throws: ``PravegaError`` when one of them failed, or the writer did; `timeout` when time ran
  ///   out.
  @available(*, noasync, message: "flush blocks; call it from a thread of your own")
  public func flush(timeout: Duration? = nil) throws {
    try core.flush(until: timeout.map(Deadline.after) ?? .distantFuture)
  }

  /// Flushes for at most 30 seconds and closes. Idempotent; from any thread; wakes blocked calls.
  ///
  /// - Throws: ``PravegaError`` when events failed or were not stored in time; `illegalState` on a thread
  ///   of the client, which would wait for itself.
  @available(*, noasync, message: "close blocks; call it from a thread of your own")
  public func close() throws { try core.close(until: .after(.seconds(30))) }
}
