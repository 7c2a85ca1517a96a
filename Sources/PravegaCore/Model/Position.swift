// SPDX-License-Identifier: Apache-2.0

/// Where one reader stands: the next offset in each of its segments.
///
/// A position is a snapshot; it does not change when the reader goes on.
public struct Position: Sendable, Hashable {
  /// One per turn of a segment, so that a position costs no memory of its own.
  private let turn: PositionTurn
  /// The offset in the turn's segment.
  private let offset: Int64

  package init(offsets: [Segment: Int64], ranges: [Segment: KeyRange] = [:]) {
    turn = PositionTurn(PositionSnapshot(offsets, ranges: ranges))
    offset = 0
  }

  /// What the turn says, with another offset in its segment.
  @inline(__always)
  init(_ turn: PositionTurn, at offset: Int64) {
    self.turn = turn
    self.offset = offset
  }

  /// The offset after the last event returned; -1 for a segment read to its end but not handed
  /// back yet.
  public var offsets: [Segment: Int64] {
    var offsets = turn.snapshot.offsets
    if let shared = turn.shared { offsets[shared.segment] = offset }
    return offsets
  }

  /// The routing keys of the segments, as far as they are known.
  package var ranges: [Segment: KeyRange] { turn.snapshot.knownRanges }

  /// Whether the positions have the same offsets and know the same ranges.
  public static func == (a: Position, b: Position) -> Bool {
    a.offsets == b.offsets && a.ranges == b.ranges
  }

  /// Hashes the offsets.
  public func hash(into hasher: inout Hasher) { hasher.combine(offsets) }

  /// How "read to its end" is stored, because the format has no negative numbers.
  private static let storedEnd = CompactLimits.maxLong

  /// Reads what ``toBytes()`` or another client wrote.
  ///
  /// - Throws: ``PravegaError`` with code `serialization` when the bytes are no position.
  public init(bytes: [UInt8]) throws {
    do throws(SerializationError) {
      self = try Position.decode(bytes)
    } catch {
      throw PravegaError.malformed("position", error)
    }
  }

  /// The portable binary form, which clients of all languages read.
  public func toBytes() -> [UInt8] {
    let (offsets, ranges) = (self.offsets, self.ranges)
    return Envelope.encodeValid(
      { writer in
        writer.map(offsets) {
          $0.compactLong($1 < 0 ? Self.storedEnd : min($1, Self.storedEnd))
        }
      },
      { writer in
        writer.map(offsets.mapWithKey { segment, _ in ranges[segment] }) { $0.range($1) }
      })
  }

  private static func decode(_ bytes: [UInt8]) throws(SerializationError) -> Position {
    let envelope = try Envelope.single(bytes)
    var fields = try envelope.required(0)
    let offsets = try fields.segmentMap(valueSize: 1) { (reader) throws(SerializationError) in
      let offset = try reader.compactLong()
      return offset == storedEnd ? -1 : offset
    }
    guard var more = envelope.revision(1) else { return Position(offsets: offsets) }
    let ranges = try more.segmentMap(valueSize: 16) { (reader) throws(SerializationError) in
      try reader.range()
    }
    return Position(offsets: offsets, ranges: ranges.compactMapValues { $0 })
  }
}

extension Position: CustomStringConvertible {
  /// For people: pairs `segment=offset`.
  public var description: String {
    let pairs = offsets.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return "{" + pairs.joined(separator: ", ") + "}"
  }
}

extension Dictionary {
  /// A dictionary with the same keys and values made from both.
  package func mapWithKey<T>(_ transform: (Key, Value) -> T) -> [Key: T] {
    var result: [Key: T] = [:]
    result.reserveCapacity(count)
    for (key, value) in self { result.updateValue(transform(key, value), forKey: key) }
    return result
  }
}
