// SPDX-License-Identifier: Apache-2.0

/// Cuts the bytes of a segment, which come in chunks, into events.
///
/// An event that lies whole in a chunk is lent out where it is; one that spans chunks is put
/// together in a buffer of its own. Belongs to one thread at a time.
@safe
struct EventAssembler {
  private var chunk: ReadChunk?
  private var position = 0
  /// The beginning of an event whose end is not here yet.
  private var partial: [UInt8] = []
  /// Offset in the segment of the next event.
  private(set) var offset: Int64
  private static let header = EventFraming.headerByteCount

  init(offset: Int64) { self.offset = offset }

  /// Whether all bytes given so far were used.
  var isEmpty: Bool { chunk == nil && partial.isEmpty }
  var hasPartialEvent: Bool { !partial.isEmpty }
  var needsChunk: Bool { chunk == nil }

  mutating func add(_ next: ReadChunk) {
    chunk = unsafe next.bytes.isEmpty ? nil : next
    position = 0
  }

  /// Forgets everything and goes on elsewhere.
  mutating func seek(to offset: Int64) {
    chunk = nil
    partial = []
    self.offset = offset
  }

  enum Step<R> {
    case event(R, start: Int64)
    case needsChunk
    /// The bytes at the offset are not an event.
    case corrupted
  }

  /// Lends the next event's payload to `body`. When `body` throws, the event counts as read.
  @inline(__always)
  mutating func next<R>(_ body: (UnsafeRawBufferPointer) throws -> R) throws -> Step<R> {
    guard let chunk else { return .needsChunk }
    guard partial.isEmpty else { return unsafe try nextAcrossChunks(body) }
    let left = unsafe chunk.bytes.count - position
    guard left >= Self.header else { return keepPartial(chunk) }
    let type = unsafe chunk.bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
    let length = unsafe Int(
      Int32(bigEndian: chunk.bytes.loadUnaligned(fromByteOffset: position + 4, as: Int32.self)))
    guard type == 0, length >= 0 else { return .corrupted }
    let total = Self.header + length
    guard left >= total else { return keepPartial(chunk) }
    let start = offset
    let first = position + Self.header
    advance(total, in: chunk)
    return try unsafe .event(
      body(UnsafeRawBufferPointer(rebasing: chunk.bytes[first..<first + length])), start: start)
  }

  @inline(__always)
  private mutating func advance(_ count: Int, in chunk: ReadChunk) {
    position += count
    offset &+= Int64(count)
    if unsafe position == chunk.bytes.count { self.chunk = nil }
  }

  private mutating func keepPartial<R>(_ chunk: ReadChunk) -> Step<R> {
    unsafe partial.append(contentsOf: chunk.bytes[position...])
    self.chunk = nil
    return .needsChunk
  }

  private mutating func nextAcrossChunks<R>(
    _ body: (UnsafeRawBufferPointer) throws -> R
  ) throws -> Step<R> {
    guard fill(to: Self.header) else { return .needsChunk }
    let (type, length) = unsafe partial.withUnsafeBytes { bytes in
      unsafe (
        bytes.loadUnaligned(as: UInt32.self),
        Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: Int32.self)))
      )
    }
    guard type == 0, length >= 0 else { return .corrupted }
    guard fill(to: Self.header + length) else { return .needsChunk }
    let event = partial
    partial = []
    let start = offset
    offset &+= Int64(event.count)
    return try unsafe event.withUnsafeBytes { bytes in
      try unsafe .event(body(UnsafeRawBufferPointer(rebasing: bytes[Self.header...])), start: start)
    }
  }

  /// Moves bytes from the chunk until `partial` has `count`.
  private mutating func fill(to count: Int) -> Bool {
    guard let chunk else { return partial.count >= count }
    let wanted = max(0, min(count - partial.count, unsafe chunk.bytes.count - position))
    unsafe partial.append(contentsOf: chunk.bytes[position..<position + wanted])
    position += wanted
    if unsafe position == chunk.bytes.count { self.chunk = nil }
    return partial.count >= count
  }
}
