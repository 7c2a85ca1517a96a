// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// A member of a reader group: reads the events of the segments that the group gives to it.
///
/// A reader has to be polled: its part of the group's work, taking segments over and giving them up,
/// is started by its calls. Segments change hands right after a checkpoint, by default every 30 seconds.
/// A reader that is dropped without ``close()`` gives its memory and connections back but stays a member
/// of the group, as after a crash: see ``ReaderGroup/readerOffline(_:lastPosition:)``.
/// Safe to use from any thread; threads that share a reader take turns.
@safe
public final class EventStreamReader<Event>: Closeable, Sendable {
  /// The settings that the reader was made with.
  public let config: ReaderConfig
  @usableFromInline let core: GroupReader
  @usableFromInline let deserialize: @Sendable (UnsafeRawBufferPointer) throws -> Event

  /// Lives as long as its last user.
  private let client: Client

  init<S: Serializer>(
    _ core: GroupReader, of client: Client, serializer: S, config: ReaderConfig
  ) where S.Event == Event {
    self.core = core
    self.client = client
    self.config = config
    unsafe deserialize = { bytes in
      LockWatch.expectNoLock("a serializer")
      return try unsafe serializer.deserialize(borrowed: bytes)
    }
  }

  deinit { core.abandon() }

  /// Returns the next event of any segment of this reader, a checkpoint, the end, or nothing.
  ///
  /// Blocks the calling thread until there is one of the first three, at most `timeout`, connecting and the
  /// group's work included; zero looks once. That the time passed is a result and not an error.
  ///
  /// - Throws: ``PravegaError`` with code `reinitializationRequired` when the group was reset or the
  ///   reader declared offline: make a new one; `truncatedData` when retention has taken what came
  ///   next: the next call goes on after the gap; `objectClosed`; `retriesExhausted` when a store
  ///   was away for two minutes; and what the serializer throws, its event counting as read.
  @available(*, noasync, message: "readNextEvent blocks; call it from a thread of your own")
  @inlinable
  public func readNextEvent(timeout: Duration) throws -> EventRead<Event> {
    switch try core.take(within: timeout) {
    case .event(let taken):
      defer { core.giveBack() }
      return EventRead(
        try unsafe deserialize(taken.bytes), at: taken.position, pointer: taken.pointer)
    case .checkpoint(let name, let position):
      return EventRead(.checkpoint, at: position, checkpoint: name)
    case .timeout(let position): return EventRead(.timeout, at: position)
    case .endOfData(let position): return EventRead(.endOfData, at: position)
    }
  }

  /// The same with Java's milliseconds.
  ///
  /// - Throws: as ``readNextEvent(timeout:)``.
  @available(*, noasync, message: "readNextEvent blocks; call it from a thread of your own")
  public func readNextEvent(timeoutMillis: Int64) throws -> EventRead<Event> {
    try readNextEvent(timeout: .milliseconds(timeoutMillis))
  }

  /// Leaves the group: all events returned so far count as read. At most 30 seconds; idempotent;
  /// from any thread, also while another one reads.
  ///
  /// - Throws: ``PravegaError`` when the group could not be told.
  @available(*, noasync, message: "close blocks; call it from a thread of your own")
  public func close() throws { try core.close(at: .current, until: .after(.seconds(30))) }

  /// Leaves the group at a position: later events are read again by others.
  ///
  /// - Parameter position: nil means the last checkpoint.
  /// - Throws: ``PravegaError`` when the group could not be told.
  @available(*, noasync, message: "closeAt blocks; call it from a thread of your own")
  public func closeAt(_ position: Position?) throws {
    let leaving = position.map { LeavingPosition.given($0) } ?? .lastCheckpoint
    try core.close(at: leaving, until: .after(.seconds(30)))
  }
}
