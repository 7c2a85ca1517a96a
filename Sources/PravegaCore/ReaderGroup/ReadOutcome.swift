// SPDX-License-Identifier: Apache-2.0

/// What one call of `readNextEvent` came to: exactly one of these.
@usableFromInline
@frozen
package enum ReadOutcome<Event> {
  /// An event, the position after it, and where it lies.
  case event(Event, Position, EventPointer)
  /// A checkpoint. The next call says that the user has stored what he needs to.
  case checkpoint(String, Position)
  /// Nothing came in time, or the readers are still sharing out the segments.
  case timeout(Position)
  /// The whole group has read everything there will ever be.
  case endOfData(Position)
}

/// Where a reader leaves its segments when it closes.
package enum LeavingPosition: Sendable {
  /// After the last event that was returned.
  case current
  /// At a position that the user kept.
  case given(Position)
  /// Where the last checkpoint found them.
  case lastCheckpoint
}

/// An event that was taken and is being looked at: its bytes are valid, and nobody else reads, until
/// the reader is told with ``EventReaderEngine/giveBack()``.
@safe @usableFromInline
package struct TakenEvent {
  @usableFromInline package let bytes: UnsafeRawBufferPointer
  /// After the event.
  @usableFromInline package let position: Position
  @usableFromInline package let pointer: EventPointer

  @inline(__always)
  init(bytes: UnsafeRawBufferPointer, position: Position, pointer: EventPointer) {
    unsafe self.bytes = bytes
    self.position = position
    self.pointer = pointer
  }
}

/// What there was to take. Only after an event something has to be given back.
@usableFromInline
package enum Taken {
  case event(TakenEvent)
  case checkpoint(String, Position)
  case timeout(Position)
  case endOfData(Position)
}
