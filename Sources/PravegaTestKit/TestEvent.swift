// SPDX-License-Identifier: Apache-2.0

/// An event that says where it belongs: the n-th of its routing key.
public struct TestEvent: Sendable, Hashable, CustomStringConvertible {
  /// The routing key.
  public let key: String
  /// Counts from 0 within the key.
  public let sequence: Int
  /// Bytes of padding.
  public let padding: Int

  /// Creates an event.
  public init(key: String, sequence: Int, padding: Int = 0) {
    self.key = key
    self.sequence = sequence
    self.padding = padding
  }

  /// The event as text: `key#sequence`.
  public var description: String { "\(key)#\(sequence)" }
}

/// Test events as text with padding whose length is checked.
public struct TestEventSerializer: Serializer {
  /// The bytes are not those of a test event.
  public struct Malformed: Error, Sendable {
    /// The beginning of the bytes.
    public let beginning: String
  }

  /// Creates a serializer.
  public init() {}

  /// The text of the event, then its padding.
  public func serialize(_ value: TestEvent) -> [UInt8] {
    Array("\(value.key)#\(value.sequence)#\(value.padding)#".utf8)
      + [UInt8](repeating: UInt8(truncatingIfNeeded: value.sequence), count: value.padding)
  }

  /// Reads an event and checks every byte of its padding.
  public func deserialize(_ bytes: [UInt8]) throws -> TestEvent {
    let parts = bytes.split(
      separator: UInt8(ascii: "#"), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, let sequence = Int(String(decoding: parts[1], as: UTF8.self)),
      let padding = Int(String(decoding: parts[2], as: UTF8.self)), parts[3].count == padding,
      parts[3].allSatisfy({ $0 == UInt8(truncatingIfNeeded: sequence) })
    else { throw Malformed(beginning: String(decoding: bytes.prefix(80), as: UTF8.self)) }
    return TestEvent(
      key: String(decoding: parts[0], as: UTF8.self), sequence: sequence, padding: padding)
  }
}

/// Makes the events of some routing keys, each key's numbered without a gap.
public struct TestEventGenerator: Sendable {
  private let keys: [String]
  private let paddings: [Int]
  private var next: [Int]
  private var count = 0

  /// Creates a generator.
  ///
  /// - Parameters:
  ///   - prefix: begins every key, so that generators do not share keys.
  ///   - keys: how many keys, at least one, are taken in turn.
  ///   - paddings: sizes that are taken in turn; none means no padding.
  public init(_ prefix: String, keys: Int = 1, paddings: [Int] = []) {
    self.keys = (0..<max(1, keys)).map { "\(prefix).\($0)" }
    self.paddings = paddings.isEmpty ? [0] : paddings
    next = Array(repeating: 0, count: max(1, keys))
  }

  /// The next event.
  public mutating func make() -> TestEvent {
    let key = count % keys.count
    defer {
      next[key] += 1
      count += 1
    }
    return TestEvent(
      key: keys[key], sequence: next[key], padding: paddings[count % paddings.count])
  }
}
