// SPDX-License-Identifier: Apache-2.0

/// An event's payload, lent out where it lies until its lender is asked for the next one.
@safe
package struct LentEvent {
  package let bytes: UnsafeRawBufferPointer
  /// The offset of its header.
  package let start: Int64

  @inline(__always)
  package init(_ bytes: UnsafeRawBufferPointer, start: Int64) {
    unsafe self.bytes = bytes
    self.start = start
  }

  /// The length with the header, as it was received: at most `Int32.max`.
  @inline(__always)
  package var length: Int32 {
    unsafe Int32(clamping: bytes.count &+ EventFraming.headerByteCount)
  }

  /// The offset of what comes after it.
  @inline(__always)
  package var end: Int64 { start &+ Int64(length) }
}

/// Cuts the bytes of a segment, which come in chunks, into events.
///
/// An event that lies whole in a chunk is lent out where it is; one that spans chunks is put
/// together in a buffer of its own. What was lent stays valid until the next call, so a chunk is
/// given back one call after its last event. Belongs to one thread at a time.
@safe
struct EventAssembler {
  /// Keeps ``bytes`` alive.
  private var chunk: ReadChunk?
  /// The chunk's bytes; here too, so that the fast path does not go through the object.
  private var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  private var position = 0
  /// The beginning of an event whose end is not here yet.
  private var partial: PartialEvent?
  /// The last event that spanned chunks, while it is lent out.
  private var lent: PartialEvent?
  /// Offset in the segment of the next event.
  private(set) var offset: Int64
  private static let header = EventFraming.headerByteCount

  private let budget: ByteBudget?

  /// - Parameter budget: what events that span chunks are charged to; none is larger than that.
  init(offset: Int64, budget: ByteBudget? = nil) {
    self.offset = offset
    self.budget = budget
  }

  /// The largest payload that is put together. Whatever the budget, what every writer may write is
  /// read; others' large events are, as far as the budget goes.
  var largestPayload: Int {
    max(EventFraming.maxPayloadByteCount, (budget?.limit ?? 0) - Self.header)
  }

  mutating func add(_ next: ReadChunk) {
    unsafe bytes = next.bytes
    chunk = next
    position = 0
  }

  /// Forgets everything and goes on elsewhere.
  mutating func seek(to offset: Int64) {
    dropChunk()
    partial = nil
    lent = nil
    self.offset = offset
  }

  /// Whether the beginning of an event is here and its end is not.
  var isInsideEvent: Bool { partial != nil }

  enum Step {
    case event(LentEvent)
    case needsChunk
    /// The bytes at the offset are not an event.
    case corrupted
    /// An event of so many bytes is announced, more than may be put together.
    case tooLarge(Int)
  }

  /// Lends the next event if it lies whole in the chunk at hand; nil does not say why not.
  @inline(__always)
  mutating func nextHere() -> LentEvent? {
    guard partial == nil, lent == nil else { return nil }
    let left = unsafe bytes.count &- position
    guard left >= Self.header else { return nil }
    let type = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
    let length = unsafe Int(
      Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: position &+ 4, as: Int32.self)))
    guard type == 0, length >= 0, length <= left &- Self.header else { return nil }
    let first = position &+ Self.header
    let start = offset
    position = first &+ length
    offset = start &+ Int64(Self.header &+ length)
    return unsafe LentEvent(UnsafeRawBufferPointer(rebasing: bytes[first..<position]), start: start)
  }

  /// Lends the next event, which from then on counts as read.
  mutating func next() -> Step {
    lent = nil
    if let event = nextHere() { return .event(event) }
    guard chunk != nil else { return .needsChunk }
    guard let partial else { return beginPartial() }
    return continued(partial)
  }

  /// What is left of the chunk is less than an event, or none at all.
  private mutating func beginPartial() -> Step {
    guard unsafe position < bytes.count else {
      dropChunk()
      return .needsChunk
    }
    let beginning = PartialEvent(chargedTo: budget)
    partial = beginning
    return continued(beginning)
  }

  private mutating func continued(_ event: PartialEvent) -> Step {
    guard fill(event, to: Self.header) else { return .needsChunk }
    let type = unsafe event.bytes.loadUnaligned(as: UInt32.self)
    let length = unsafe Int(
      Int32(bigEndian: event.bytes.loadUnaligned(fromByteOffset: 4, as: Int32.self)))
    guard type == 0, length >= 0 else { return .corrupted }
    guard length <= largestPayload else { return .tooLarge(length) }
    guard fill(event, to: Self.header + length) else { return .needsChunk }
    partial = nil
    lent = event
    let start = offset
    offset = start &+ Int64(event.count)
    return unsafe .event(
      LentEvent(UnsafeRawBufferPointer(rebasing: event.bytes[Self.header...]), start: start))
  }

  /// Moves bytes from the chunk until the event has `count`.
  private mutating func fill(_ event: PartialEvent, to count: Int) -> Bool {
    let wanted = max(0, min(count - event.count, unsafe bytes.count - position))
    unsafe event.append(UnsafeRawBufferPointer(rebasing: bytes[position..<position + wanted]))
    position += wanted
    if unsafe position == bytes.count { dropChunk() }
    return event.count >= count
  }

  private mutating func dropChunk() {
    unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    position = 0
    chunk = nil
  }
}
