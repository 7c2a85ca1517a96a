// SPDX-License-Identifier: Apache-2.0

/// A received frame larger than the common buffer, in memory of its own that may be kept.
// @unchecked: filled by one IO thread, then only read.
@safe
package final class FrameSlab: @unchecked Sendable {
  package let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) { unsafe bytes = .allocate(byteCount: byteCount, alignment: 16) }

  deinit { unsafe bytes.deallocate() }
}

/// A frame whose payload lies in received memory: valid until the reader is used again, except
/// that `slab`, when there is one, keeps it alive.
@safe
package struct RawFrame {
  package let code: Int32
  package let payload: UnsafeRawBufferPointer
  package let slab: FrameSlab?
}

/// Cuts a received byte stream into frames.
///
/// Small frames share one buffer; the payload of a large one is received right into a slab of its
/// size, so that it need not be copied. Belongs to one thread.
@safe
package struct FrameReader: ~Copyable {
  private let buffer: UnsafeMutableRawBufferPointer
  private let maxPayload: Int
  private var start = 0
  private var end = 0
  private var slab: FrameSlab?
  private var slabCode: Int32 = 0
  private var slabFilled = 0

  /// Payloads from this size on get a slab of their own.
  package static let slabThreshold = 16 << 10

  package init(maxPayload: Int, bufferByteCount: Int = 64 << 10) {
    unsafe buffer = .allocate(
      byteCount: max(bufferByteCount, 2 * Self.slabThreshold), alignment: 16)
    self.maxPayload = maxPayload
  }

  deinit { unsafe buffer.deallocate() }

  /// Where the next bytes go; never empty. After filling it call ``received(_:)``.
  package mutating func receiveSpace() -> UnsafeMutableRawBufferPointer {
    if let slab {
      return unsafe UnsafeMutableRawBufferPointer(rebasing: slab.bytes[slabFilled...])
    }
    if start == end {
      start = 0
      end = 0
    } else if start > 0, unsafe buffer.count - end < Self.slabThreshold {
      unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      end -= start
      start = 0
    }
    return unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
  }

  package mutating func received(_ count: Int) {
    if slab != nil { slabFilled += count } else { end += count }
  }

  /// The next complete frame, or nil until more bytes have come.
  package mutating func next() throws(WireError) -> RawFrame? {
    if let slab {
      guard unsafe slabFilled == slab.bytes.count else { return nil }
      self.slab = nil
      return unsafe RawFrame(
        code: slabCode, payload: UnsafeRawBufferPointer(slab.bytes), slab: slab)
    }
    guard end - start >= WireLimits.headerByteCount else { return nil }
    let code = unsafe Int32(bigEndian: buffer.loadUnaligned(fromByteOffset: start, as: Int32.self))
    let length = unsafe Int32(
      bigEndian: buffer.loadUnaligned(fromByteOffset: start + 4, as: Int32.self))
    guard length >= 0, length <= maxPayload else { throw .frameTooLong(length: Int64(length)) }
    let available = end - start - WireLimits.headerByteCount
    let first = start + WireLimits.headerByteCount
    if available < Int(length), length >= Self.slabThreshold {
      startSlab(code: code, byteCount: Int(length), have: first..<end)
      return nil
    }
    guard available >= Int(length) else { return nil }
    start = first + Int(length)
    return unsafe RawFrame(
      code: code, payload: UnsafeRawBufferPointer(rebasing: buffer[first..<start]), slab: nil)
  }

  private mutating func startSlab(code: Int32, byteCount: Int, have: Range<Int>) {
    let slab = FrameSlab(byteCount: byteCount)
    unsafe slab.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[have]))
    self.slab = slab
    slabCode = code
    slabFilled = have.count
    start = 0
    end = 0
  }
}
