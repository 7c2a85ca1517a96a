// SPDX-License-Identifier: Apache-2.0

/// Names one event, so that it can be read again.
public struct EventPointer: Sendable, Hashable {
  /// The segment that holds the event.
  public var segment: Segment { shared.segment }
  /// The offset of the event's header.
  public let startOffset: Int64
  /// The size in bytes, the header of eight bytes included.
  public let length: Int32

  /// One for all events of a segment that a reader has open.
  private let shared: SharedSegment

  /// The values are those of an event that was read: nothing negative.
  package init(segment: Segment, startOffset: Int64, length: Int32) {
    self.init(SharedSegment(segment), startOffset: startOffset, length: length)
  }

  /// The same for a segment that is shared already.
  @inline(__always)
  init(_ shared: SharedSegment, startOffset: Int64, length: Int32) {
    self.shared = shared
    self.startOffset = max(0, min(startOffset, CompactLimits.maxLong))
    self.length = max(0, min(length, Int32(CompactLimits.maxInt)))
  }

  /// Whether both name the same event.
  public static func == (a: EventPointer, b: EventPointer) -> Bool {
    a.startOffset == b.startOffset && a.length == b.length
      && (a.shared === b.shared || a.segment == b.segment)
  }

  /// Hashes everything.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(segment)
    hasher.combine(startOffset)
    hasher.combine(length)
  }

  /// The stream that holds the event.
  public var stream: PravegaStream { segment.pravegaStream }

  /// Reads what ``toBytes()`` or another client wrote.
  ///
  /// - Throws: ``PravegaError`` with code `serialization` when the bytes are no event pointer.
  public init(bytes: [UInt8]) throws {
    do throws(SerializationError) {
      var fields = try Envelope.single(bytes).required(0)
      let segment = try fields.segment()
      let offset = try fields.compactLong()
      let length = Int32(clamping: try fields.compactInt())
      self.init(segment: segment, startOffset: offset, length: length)
    } catch {
      throw PravegaError.malformed("event pointer", error)
    }
  }

  /// The portable binary form, which clients of all languages read.
  public func toBytes() -> [UInt8] {
    Envelope.encodeValid { writer in
      writer.segment(segment)
      writer.compactLong(startOffset)
      writer.compactInt(Int(length))
    }
  }

  /// Reads `segment:offset-length`.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` when the text is no event pointer.
  public init(text: String) throws {
    guard let colon = text.lastIndex(of: ":"),
      let segment = Segment(parsing: String(text[..<colon]))
    else { throw EventPointer.refusal(text) }
    let numbers = text[text.index(after: colon)...].split(
      separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let offset = Int64(numbers[0]), let length = Int32(numbers[1]),
      (0...CompactLimits.maxLong).contains(offset),
      (0...CompactLimits.maxInt).contains(Int(length))
    else { throw EventPointer.refusal(text) }
    self.init(segment: segment, startOffset: offset, length: length)
  }

  private static func refusal(_ text: String) -> PravegaError {
    PravegaError(
      .invalidArgument, "The text '\(text.prefix(600))' is no event pointer.",
      hint: "Write SCOPE/STREAM/NUMBER.#epoch.EPOCH:OFFSET-LENGTH.")
  }
}

extension EventPointer: CustomStringConvertible {
  /// The text `segment:offset-length`, which ``init(text:)`` reads.
  public var description: String { "\(segment.qualifiedName):\(startOffset)-\(length)" }
}
