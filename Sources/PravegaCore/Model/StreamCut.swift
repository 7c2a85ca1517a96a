// SPDX-License-Identifier: Apache-2.0

/// A place in a stream: an offset in each segment of a set that covers all routing keys.
public enum StreamCut: Sendable, Hashable {
  /// The head of the stream where a start is asked for, its tail where an end is.
  case unbounded
  /// The offsets of a stream's segments; -1 says that the segment is read to its end.
  case bounded(PravegaStream, positions: [Segment: Int64])

  /// The stream; nil for ``unbounded``.
  public var stream: PravegaStream? {
    guard case .bounded(let stream, _) = self else { return nil }
    return stream
  }

  /// The offsets; empty for ``unbounded``.
  public var positions: [Segment: Int64] {
    guard case .bounded(_, let positions) = self else { return [:] }
    return positions
  }

  /// A cut from segment ids, as servers and stored forms give them.
  package init(_ stream: PravegaStream, offsetsByID: [Int64: Int64]) {
    let positions = offsetsByID.map { (Segment(stream, segmentID: $0.key), $0.value) }
    self = .bounded(stream, positions: Dictionary(positions) { $1 })
  }
}

extension StreamCut: CustomStringConvertible {
  /// For people: `scope/stream:` and pairs `segmentID=offset`. It cannot be read back.
  public var description: String {
    guard case .bounded(let stream, let positions) = self else { return Self.unboundedText }
    let pairs = positions.sorted { $0.key < $1.key }.map { "\($0.key.segmentID)=\($0.value)" }
    return stream.scopedName + ":" + pairs.joined(separator: ", ")
  }

  static let unboundedText = "UNBOUNDED"
}
