// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// Entries with offsets in one segment, written on condition that nobody else wrote before.
///
/// The format of Java's revisioned streams: each entry is an event, framed by eight bytes, and
/// the mark is a segment attribute. Safe to use from any thread.
package final class RevisionedSegment: Sendable {
  /// How many bytes are asked for at a time.
  private static let readLength = 256 << 10
  private static let headerLength = 8
  /// The largest payload that fits one append.
  package static let maxPayload = 8 << 20
  /// The attribute that holds the mark.
  package static let markAttribute = SegmentHash.attributeID("RevisionStreamClientMark")

  package let raw: any RawSegment

  package init(_ raw: any RawSegment) { self.raw = raw }

  package var segment: Segment { raw.segment }

  /// One entry and where it lies.
  package struct Entry: Sendable, Hashable {
    package let payload: [UInt8]
    package let start: Int64
    package let end: Int64
  }

  package func startOffset(until deadline: Deadline) throws -> Int64 {
    try raw.info(until: deadline).startOffset
  }

  package func writeOffset(until deadline: Deadline) throws -> Int64 {
    try raw.info(until: deadline).writeOffset
  }

  /// Calls `body` with each entry from `offset` to what is the end now, until it returns false.
  ///
  /// - Throws: code `segmentTruncated` when `offset` lies before the first byte, and what `body`
  ///   throws.
  package func forEachEntry(
    from offset: Int64, to limit: Int64? = nil, until deadline: Deadline,
    _ body: (Entry) throws -> Bool
  ) throws {
    let info = try raw.info(until: deadline)
    guard info.startOffset >= 0, info.writeOffset >= info.startOffset else {
      throw PravegaError(
        .invalidMessage, "The store says that \(segment) lies between impossible offsets.")
    }
    guard offset >= info.startOffset else {
      throw PravegaError(
        .segmentTruncated,
        "The segment \(segment) begins at offset \(info.startOffset), not \(offset).",
        details: .truncated(from: offset, to: info.startOffset))
    }
    var window = Window(start: offset, end: min(info.writeOffset, limit ?? .max))
    while window.start < window.end {
      guard let entry = try next(&window) else {
        try extend(&window, until: deadline)
        continue
      }
      guard try body(entry) else { return }
    }
  }

  /// Bytes that were read and not taken apart yet.
  private struct Window {
    /// The offset of the first byte that was not taken.
    var start: Int64
    let end: Int64
    var bytes: [UInt8] = []
    /// How many of the bytes were taken.
    var taken = 0
  }

  /// Takes the entry at the window's start; nil when it is not whole yet.
  private func next(_ window: inout Window) throws -> Entry? {
    guard window.bytes.count - window.taken >= Self.headerLength else { return nil }
    let body = window.taken + Self.headerLength
    var header = RevisionReader(Array(window.bytes[window.taken..<body]))
    let type = try header.int32()
    let length = Int64(try header.int32())
    let left = window.end - window.start - Int64(Self.headerLength)
    // Longer ones fit no frame to a store: nobody wrote them, and nobody has to keep them.
    let most = min(left, Int64(EventFraming.maxBatchByteCount))
    guard type == 0, length >= 0, length <= most else {
      throw PravegaError(
        .corruptedState, "The segment \(segment) holds no entry at offset \(window.start).",
        hint: "Check that nothing but a revisioned stream is written to it.")
    }
    guard window.bytes.count - body >= Int(length) else { return nil }
    let start = window.start
    let payload = Array(window.bytes[body..<body + Int(length)])
    window.taken = body + Int(length)
    window.start += Int64(Self.headerLength) + length
    return Entry(payload: payload, start: start, end: window.start)
  }

  private func extend(_ window: inout Window, until deadline: Deadline) throws {
    window.bytes.removeFirst(window.taken)
    window.taken = 0
    let next = window.start + Int64(window.bytes.count)
    guard next < window.end else {
      throw PravegaError(
        .corruptedState, "The segment \(segment) ends inside an entry at offset \(window.start).")
    }
    let length = Int(min(Int64(Self.readLength), window.end - next))
    window.bytes += try raw.read(at: next, length: length, until: deadline).prefix(length)
  }

  /// Appends an entry if nothing was written since `offset`.
  ///
  /// - Returns: the offset after the entry; nil when something had been written.
  package func write(
    _ payload: [UInt8], ifWriteOffsetIs offset: Int64, until deadline: Deadline
  ) throws -> Int64? {
    let event = try frame(payload)
    guard try raw.append(event, ifWriteOffsetIs: offset, until: deadline) else { return nil }
    return offset &+ Int64(event.count)
  }

  /// Appends an entry whatever was written.
  package func write(_ payload: [UInt8], until deadline: Deadline) throws {
    try raw.append(try frame(payload), until: deadline)
  }

  private func frame(_ payload: [UInt8]) throws -> [UInt8] {
    guard payload.count <= Self.maxPayload else {
      throw PravegaError(
        .invalidArgument,
        "The entry has \(payload.count) bytes; at most \(Self.maxPayload) fit a revisioned stream.")
    }
    var writer = RevisionWriter()
    writer.int32(0)
    writer.int32(Int32(payload.count))
    writer.raw(payload)
    return writer.bytes
  }

  package func mark(until deadline: Deadline) throws -> Int64? {
    try raw.attribute(Self.markAttribute, until: deadline)
  }

  package func setMark(
    from expected: Int64?, to mark: Int64?, until deadline: Deadline
  ) throws -> Bool {
    try raw.setAttribute(Self.markAttribute, from: expected, to: mark, until: deadline)
  }

  package func truncate(before offset: Int64, until deadline: Deadline) throws {
    try raw.truncate(before: offset, until: deadline)
  }
}
