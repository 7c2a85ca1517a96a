// SPDX-License-Identifier: Apache-2.0

/// Turns events into bytes and back.
///
/// Two methods are enough. The two that work on borrowed memory spare an array for each event and
/// have defaults. Serializers are called on the threads of their users, never under a lock; what
/// they throw reaches the caller unchanged.
public protocol Serializer<Event>: Sendable {
  /// What is written and read.
  associatedtype Event

  /// The bytes of an event, at most ``EventLimits/maxEventSize`` without large events.
  func serialize(_ value: Event) throws -> [UInt8]

  /// The event of exactly these bytes.
  func deserialize(_ bytes: [UInt8]) throws -> Event

  /// Puts the bytes of an event into a buffer that is used again and again.
  func serialize(_ value: Event, into buffer: EventBuffer) throws

  /// The event of exactly these bytes, which are valid during the call only.
  func deserialize(borrowed bytes: UnsafeRawBufferPointer) throws -> Event
}

extension Serializer {
  /// Serializes to an array and hands that over.
  public func serialize(_ value: Event, into buffer: EventBuffer) throws {
    buffer.append(try serialize(value))
  }

  /// Copies the bytes to an array and deserializes that.
  public func deserialize(borrowed bytes: UnsafeRawBufferPointer) throws -> Event {
    try unsafe deserialize([UInt8](bytes))
  }
}

/// Limits of events.
public enum EventLimits {
  /// The largest event without large events, 8 MiB: Java's `Serializer.MAX_EVENT_SIZE`.
  public static let maxEventSize = 8 * 1024 * 1024
}

/// Text as UTF-8. Malformed input decodes with U+FFFD, as in Java.
public struct UTF8StringSerializer: Serializer {
  /// Creates a serializer.
  public init() {}

  /// The UTF-8 bytes.
  public func serialize(_ value: String) -> [UInt8] { Array(value.utf8) }

  /// The text of UTF-8 bytes.
  public func deserialize(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// Adds the UTF-8 bytes.
  public func serialize(_ value: String, into buffer: EventBuffer) { buffer.append(value) }

  /// The text of UTF-8 bytes.
  public func deserialize(borrowed bytes: UnsafeRawBufferPointer) -> String {
    unsafe String(decoding: bytes, as: UTF8.self)
  }
}

/// Bytes as they are; also in the place of Java's `ByteBufferSerializer`.
public struct ByteArraySerializer: Serializer {
  /// Creates a serializer.
  public init() {}

  /// The bytes.
  public func serialize(_ value: [UInt8]) -> [UInt8] { value }

  /// The bytes.
  public func deserialize(_ bytes: [UInt8]) -> [UInt8] { bytes }
}
