// SPDX-License-Identifier: Apache-2.0

/// The bytes that a connection has received and not handled yet.
///
/// Frames are handled where they lie. The buffer grows to hold the frame under way, whole, so
/// that the payload of an append is copied once, into the segment, and shrinks when large frames
/// stop coming.
@safe
struct ReceiveBuffer: ~Copyable {
  static let usualCapacity = 256 << 10
  /// Connections that never send much stay small.
  static let initialCapacity = 16 << 10

  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  /// Received bytes: `start ..< end`.
  private var start = 0
  private var end = 0
  /// How often in a row much of a large buffer was not needed.
  private var idleRounds = 0

  init() {
    capacity = ReceiveBuffer.initialCapacity
    unsafe memory = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { unsafe memory.deallocate() }

  /// What has been received and not consumed.
  var received: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: memory + start, count: end - start)
  }

  /// Where the next bytes go; never empty.
  mutating func space() -> UnsafeMutableRawBufferPointer {
    if start == end { reset() }
    if end == capacity { makeRoom(for: start > 0 ? capacity : capacity * 2) }
    return unsafe UnsafeMutableRawBufferPointer(start: memory + end, count: capacity - end)
  }

  private mutating func reset() {
    let isWasteful = capacity > ReceiveBuffer.usualCapacity && end < capacity / 8
    idleRounds = isWasteful ? idleRounds + 1 : 0
    (start, end) = (0, 0)
    guard idleRounds > 64 else { return }
    idleRounds = 0
    unsafe memory.deallocate()
    capacity = ReceiveBuffer.usualCapacity
    unsafe memory = .allocate(byteCount: capacity, alignment: 16)
  }

  mutating func received(_ count: Int) {
    let wasFull = end + count == capacity && start == 0
    end += count
    // Whoever fills a small buffer at once will send more.
    if wasFull, capacity < ReceiveBuffer.usualCapacity {
      makeRoom(for: min(capacity * 4, ReceiveBuffer.usualCapacity))
    }
  }

  mutating func consume(_ count: Int) { start += count }

  /// Makes sure that a frame of that many bytes fits behind ``start``.
  mutating func reserve(_ frameSize: Int) {
    if start + frameSize > capacity { makeRoom(for: frameSize) }
  }

  /// Moves what is there to the front, into other memory if the size is not right.
  private mutating func makeRoom(for wanted: Int) {
    let count = end - start
    if wanted <= capacity {
      unsafe memory.copyMemory(from: memory + start, byteCount: count)
    } else {
      let fresh = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
      unsafe fresh.copyMemory(from: memory + start, byteCount: count)
      unsafe memory.deallocate()
      unsafe memory = fresh
      capacity = wanted
    }
    (start, end) = (0, count)
  }
}
