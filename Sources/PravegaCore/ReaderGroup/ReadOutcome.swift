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
