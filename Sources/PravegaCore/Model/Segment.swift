// SPDX-License-Identifier: Apache-2.0

/// A segment: the part of a stream that one segment store serves and one reader reads at a time.
public struct Segment: Sendable, Hashable {
  /// The scope; empty in the rare names that come without one.
  public let scope: String
  /// The name of the stream within the scope.
  public let stream: String
  /// The epoch in which the segment was created (high 32 bits) and its number (low 32 bits).
  public let segmentID: Int64

  /// Creates a segment of given identity.
  public init(scope: String, stream: String, segmentID: Int64) {
    self.scope = scope
    self.stream = stream
    self.segmentID = segmentID
  }

  /// Creates a segment of a stream.
  public init(_ stream: PravegaStream, segmentID: Int64) {
    self.init(scope: stream.scope, stream: stream.streamName, segmentID: segmentID)
  }

  package init(scope: String, stream: String, number: Int32, epoch: Int32 = 0) {
    self.init(
      scope: scope, stream: stream, segmentID: Segment.id(number: number, epoch: epoch))
  }

  /// The 64-bit identity made of an epoch and a number.
  package static func id(number: Int32, epoch: Int32) -> Int64 {
    Int64(epoch) << 32 | Int64(UInt32(bitPattern: number))
  }

  /// The number of the segment, unique within its stream.
  public var number: Int32 { Int32(truncatingIfNeeded: segmentID) }

  /// The epoch in which the segment was created.
  public var epoch: Int32 { Int32(truncatingIfNeeded: segmentID >> 32) }

  /// The stream that the segment belongs to.
  public var pravegaStream: PravegaStream {
    PravegaStream(uncheckedScope: scope, stream: stream)
  }

  /// The text `scope/stream/number.#epoch.epoch`, by which stores and stored forms name it.
  public var qualifiedName: String {
    let prefix = scope.isEmpty ? stream : scope + "/" + stream
    return prefix + "/" + String(number) + SegmentName.epochDelimiter + String(epoch)
  }
}

extension Segment: Comparable, CustomStringConvertible {
  /// Orders by scope, stream and id.
  public static func < (a: Segment, b: Segment) -> Bool {
    if a.scope != b.scope { return a.scope < b.scope }
    if a.stream != b.stream { return a.stream < b.stream }
    return a.segmentID < b.segmentID
  }

  /// The qualified name.
  public var description: String { qualifiedName }
}

extension Segment {
  /// Reads a qualified name; a transaction's segment gives its parent.
  ///
  /// A name without scope or without epoch, which old versions wrote, is accepted.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` when the text names no segment.
  public init(qualifiedName: String) throws {
    guard let segment = Segment(parsing: qualifiedName) else {
      throw PravegaError(
        .invalidArgument, "The text '\(qualifiedName.prefix(600))' does not name a segment.",
        hint: "Write SCOPE/STREAM/NUMBER.#epoch.EPOCH.")
    }
    self = segment
  }

  package init?(parsing qualifiedName: String) {
    let name = SegmentName.parent(ofTransactionSegment: qualifiedName) ?? qualifiedName[...]
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, let last = parts.last,
      let id = Segment.parseID(last)
    else { return nil }
    let (scope, stream) = parts.count == 3 ? (parts[0], parts[1]) : ("", parts[0])
    guard !stream.isEmpty, parts.count == 2 || !scope.isEmpty else { return nil }
    self.init(scope: String(scope), stream: String(stream), segmentID: id)
  }

  /// `number.#epoch.epoch` or a bare number.
  private static func parseID(_ text: Substring) -> Int64? {
    guard let delimiter = text.utf8.firstIndex(of: UInt8(ascii: ".")) else {
      return natural(text).map { id(number: $0, epoch: 0) }
    }
    let rest = text[delimiter...]
    guard rest.hasPrefix(SegmentName.epochDelimiter), let number = natural(text[..<delimiter]),
      let epoch = natural(rest.dropFirst(SegmentName.epochDelimiter.count))
    else { return nil }
    return id(number: number, epoch: epoch)
  }

  private static func natural(_ digits: Substring) -> Int32? {
    guard digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int32(digits)
  }
}
