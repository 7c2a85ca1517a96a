// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Where a ``Serializer`` puts the bytes of one event.
///
/// The memory is the calling thread's and is used again for the next event. Valid during the
/// serializer's call only; not to be kept or handed to another thread.
@safe
public final class EventBuffer {
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private var count = 0
  /// An array that is the whole event, taken over without a copy.
  private(set) var adopted: [UInt8]?
  /// Where the bytes of ``adopted`` are: an array that nobody changes does not move.
  private var adoptedBase: UnsafeRawPointer?
  private var adoptedCount = 0
  fileprivate var isInUse = false
  /// State of a small generator: the system's would cost a call to the kernel for every event
  /// without a key.
  private var randomState = UInt64.random(in: .min ... .max)

  init() {
    capacity = 4096
    unsafe base = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { unsafe base.deallocate() }

  /// Number of bytes so far.
  public var byteCount: Int { adoptedCount + count }

  /// Adds the bytes of an array; the first one is taken over as it is.
  public func append(_ bytes: [UInt8]) {
    guard adopted != nil || count > 0 else {
      guard !bytes.isEmpty else { return }
      adopted = bytes
      unsafe adoptedBase = bytes.withUnsafeBytes { $0.baseAddress }
      adoptedCount = bytes.count
      return
    }
    unsafe bytes.withUnsafeBytes { unsafe append($0) }
  }

  /// Adds the UTF-8 bytes of a text.
  public func append(_ text: String) {
    var text = text
    text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
  }

  /// Adds bytes from memory.
  public func append(_ bytes: UnsafeRawBufferPointer) {
    spill()
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    unsafe (base + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Adds one byte.
  public func append(_ byte: UInt8) {
    spill()
    reserve(1)
    unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  /// Adds an integer, most significant byte first.
  public func append<T: FixedWidthInteger>(bigEndian value: T) {
    spill()
    let size = MemoryLayout<T>.size
    reserve(size)
    for index in 0..<size {
      let byte = UInt8(truncatingIfNeeded: value >> (8 * (size - 1 - index)))
      unsafe base.storeBytes(of: byte, toByteOffset: count + index, as: UInt8.self)
    }
    count += size
  }

  /// A random place in the key space, in [0, 1), for an event without a routing key.
  @inline(__always)
  package func randomFraction() -> Double {
    randomState &+= 0x9e37_79b9_7f4a_7c15
    var word = randomState
    word = (word ^ word &>> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word &>> 27) &* 0x94d0_49bb_1331_11eb
    return Double((word ^ word &>> 31) &>> 12) * 0x1p-52
  }

  func reset() {
    if adoptedCount > 0 { forgetAdopted() }
    count = 0
    // One giant event must not leave its memory with every thread.
    guard capacity > 1 << 20 else { return }
    unsafe base.deallocate()
    capacity = 4096
    unsafe base = .allocate(byteCount: capacity, alignment: 16)
  }

  @inline(__always)
  func withBytes<R, E>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    guard let adoptedBase = unsafe adoptedBase else {
      return try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }
    return try unsafe body(UnsafeRawBufferPointer(start: adoptedBase, count: adoptedCount))
  }

  /// The event as an array of its own.
  func takeBytes() -> [UInt8] {
    if let adopted { return adopted }
    return unsafe Array(UnsafeRawBufferPointer(start: base, count: count))
  }

  private func forgetAdopted() {
    adopted = nil
    unsafe adoptedBase = nil
    adoptedCount = 0
  }

  private func spill() {
    guard let bytes = adopted else { return }
    forgetAdopted()
    unsafe bytes.withUnsafeBytes { unsafe append($0) }
  }

  private func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    let larger = max(capacity * 2, count + more)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    unsafe memory.copyMemory(from: base, byteCount: count)
    unsafe base.deallocate()
    unsafe base = memory
    capacity = larger
  }
}

extension EventBuffer {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    unsafe pthread_key_create(&key) { memory in
      guard let memory = unsafe memory else { return }
      unsafe Unmanaged<EventBuffer>.fromOpaque(memory).release()
    }
    return key
  }()

  /// The calling thread's buffer, empty, until ``giveBack()``.
  package static func borrow() -> EventBuffer {
    let buffer = current
    // A serializer may itself write to another stream.
    guard !buffer.isInUse else { return EventBuffer() }
    buffer.isInUse = true
    return buffer
  }

  package func giveBack() {
    reset()
    isInUse = false
  }

  /// Runs `body` with the calling thread's buffer, emptied.
  package static func withScratch<R>(_ body: (EventBuffer) throws -> R) rethrows -> R {
    let buffer = borrow()
    defer { buffer.giveBack() }
    return try body(buffer)
  }

  private static var current: EventBuffer {
    if let memory = unsafe pthread_getspecific(key) {
      return unsafe Unmanaged<EventBuffer>.fromOpaque(memory).takeUnretainedValue()
    }
    let buffer = EventBuffer()
    unsafe pthread_setspecific(key, Unmanaged.passRetained(buffer).toOpaque())
    return buffer
  }
}
