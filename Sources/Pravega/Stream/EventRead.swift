// SPDX-License-Identifier: Apache-2.0

/// What one call of ``EventStreamReader/readNextEvent(timeout:)`` found: exactly one of four.
public struct EventRead<Event> {
  /// Which of the four it is.
  public enum Kind: Sendable, Hashable {
    /// An event.
    case event
    /// A checkpoint; the next call says that this reader has passed it.
    case checkpoint
    /// Nothing in time.
    case timeout
    /// Everything that there is and ever will be was read.
    case endOfData
  }

  /// Which of the four it is.
  public let kind: Kind
  /// The event.
  public let event: Event?
  /// Where the reader stands after it.
  public let position: Position
  /// Where the event is stored.
  public let eventPointer: EventPointer?
  /// The checkpoint.
  public let checkpointName: String?

  /// Whether this is a checkpoint.
  public var isCheckpoint: Bool { kind == .checkpoint }
  /// Whether nothing more will come.
  public var isReadCompleted: Bool { kind == .endOfData }

  @inlinable
  init(_ event: Event, at position: Position, pointer: EventPointer) {
    kind = .event
    self.event = event
    self.position = position
    eventPointer = pointer
    checkpointName = nil
  }

  @inlinable
  init(_ kind: Kind, at position: Position, checkpoint: String? = nil) {
    self.kind = kind
    event = nil
    self.position = position
    eventPointer = nil
    checkpointName = checkpoint
  }
}

extension EventRead: Sendable where Event: Sendable {}
