// SPDX-License-Identifier: Apache-2.0

/// A place in a revisioned stream: everything before it has been taken into account.
public struct Revision: Sendable, Hashable {
  /// The one segment of the stream.
  public let segment: Segment
  /// The offset just after the last entry.
  public let offset: Int64
  /// Which of several updates in that entry; 0 for the first and for whole entries.
  public let index: Int32

  package init(segment: Segment, offset: Int64, index: Int32 = 0) {
    self.segment = segment
    self.offset = offset
    self.index = index
  }

  /// Reads `segment:offset:index`.
  ///
  /// - Throws: ``PravegaError`` with code `serialization` when the text is no revision.
  public init(text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let segment = Segment(parsing: String(parts[0])),
      let offset = Int64(parts[1]), let index = Int32(parts[2])
    else {
      throw PravegaError(
        .serialization, "The text '\(text.prefix(600))' is no revision.",
        hint: "Write SEGMENT:OFFSET:INDEX.")
    }
    self.init(segment: segment, offset: offset, index: index)
  }
}

extension Revision: Comparable, CustomStringConvertible {
  /// Orders places of one segment by offset, then index.
  public static func < (a: Revision, b: Revision) -> Bool {
    (a.offset, a.index) < (b.offset, b.index)
  }

  /// The text `segment:offset:index`, which ``init(text:)`` reads.
  public var description: String { "\(segment.qualifiedName):\(offset):\(index)" }
}
