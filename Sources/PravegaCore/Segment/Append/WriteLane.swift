// SPDX-License-Identifier: Apache-2.0

/// The short way into a segment's open block: plain memory that most events go through.
///
/// A lane is open while nothing but room decides about an event: its block is open and its segment
/// needs no wake-up. It holds addresses and counts only, so that an event costs no reference count
/// but the one of its future. The block learns what went through when the lane is closed.
///
/// Belongs to one ``SegmentAppender``, and like it to the lock of its ``StreamWriter``.
@safe
struct WriteLane {
  private var next: UnsafeMutableRawPointer?
  private(set) var bytesLeft = 0
  private var word: UnsafeMutablePointer<RoutingWord>?
  private var wordsLeft = 0
  /// Events of the block so far.
  private(set) var eventCount = 0
  private var completion: Unmanaged<BlockCompletion>?

  /// A closed lane: nothing fits.
  init() {}

  var isOpen: Bool { unsafe completion != nil }

  init(
    to next: UnsafeMutableRawPointer, bytesLeft: Int,
    words: UnsafeMutableBufferPointer<RoutingWord>,
    eventCount: Int, completion: BlockCompletion
  ) {
    unsafe self.next = next
    self.bytesLeft = bytesLeft
    unsafe word = words.baseAddress
    wordsLeft = words.count
    self.eventCount = eventCount
    unsafe self.completion = Unmanaged.passUnretained(completion)
  }

  /// Adds an event, header included; nil when the lane is closed or has no room.
  @inline(__always)
  mutating func add(_ payload: UnsafeRawBufferPointer, _ routing: RoutingWord) -> WriteFuture? {
    let size = payload.count + EventFraming.headerByteCount
    guard size <= bytesLeft, wordsLeft > 0, let next = unsafe next, let word = unsafe word,
      let completion = unsafe completion
    else { return nil }
    unsafe EventFraming.writeHeader(to: next, payloadByteCount: payload.count)
    if let source = payload.baseAddress {
      unsafe (next + EventFraming.headerByteCount).copyMemory(
        from: source, byteCount: payload.count)
    }
    unsafe word.initialize(to: routing)
    unsafe self.next = next + size
    unsafe self.word = word + 1
    bytesLeft -= size
    wordsLeft -= 1
    let index = eventCount
    eventCount += 1
    return unsafe WriteFuture(completion: completion.takeUnretainedValue(), index: index)
  }
}
