// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// Buffers that go out with one system call, and the objects that keep their bytes alive.
///
/// The same storage serves every batch of a link, so that filling it allocates nothing once it
/// has grown.
// @unchecked: used by the holder of a link's sending token only.
@safe
package struct SendBatch: ~Copyable, @unchecked Sendable {
  private enum Owner {
    case bytes([UInt8])
    case object(AnyObject)
  }

  private var buffers: UnsafeMutablePointer<iovec>
  private var capacity = 64
  private var count = 0
  /// Buffers before this one are sent.
  private var first = 0
  private var owners: [Owner] = []
  /// Copies of small pieces. Never moved while buffers point into it.
  private let scratch: UnsafeMutableRawBufferPointer
  private var scratchCount = 0
  /// Bytes that are not sent yet.
  package private(set) var byteCount = 0

  package static let scratchByteCount = 8 * 1024

  package init() {
    unsafe buffers = .allocate(capacity: 64)
    unsafe scratch = .allocate(byteCount: SendBatch.scratchByteCount, alignment: 16)
    owners.reserveCapacity(64)
  }

  deinit {
    unsafe buffers.deallocate()
    unsafe scratch.deallocate()
  }

  package var isEmpty: Bool { byteCount == 0 }
  /// Buffers appended so far; one system call takes 1,024.
  package var bufferCount: Int { count }

  /// Appends an array, uncopied.
  package mutating func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    // The array is kept in `owners`, so its storage neither moves nor ends before it is sent.
    unsafe bytes.withUnsafeBytes { unsafe appendBuffer($0.baseAddress, $0.count) }
    owners.append(.bytes(bytes))
  }

  /// Appends memory that lives as long as `owner` does.
  package mutating func append(_ start: UnsafeRawPointer, _ count: Int, owner: AnyObject) {
    guard count > 0 else { return }
    unsafe appendBuffer(start, count)
    owners.append(.object(owner))
  }

  /// Appends a copy: for headers and other small pieces.
  package mutating func append(copying bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    guard bytes.count <= SendBatch.scratchByteCount - scratchCount,
      let base = unsafe scratch.baseAddress
    else {
      let copy = unsafe [UInt8](bytes)
      return append(copy)
    }
    let target = unsafe base + scratchCount
    unsafe target.copyMemory(from: start, byteCount: bytes.count)
    scratchCount += bytes.count
    unsafe appendBuffer(target, bytes.count)
  }

  /// What is not sent yet.
  var unsent: UnsafeBufferPointer<iovec> {
    unsafe UnsafeBufferPointer(start: buffers + first, count: count - first)
  }

  /// Drops the first `sent` bytes, and all owners after the last byte.
  mutating func advance(by sent: Int) {
    byteCount -= sent
    guard byteCount > 0 else { return removeAll() }
    var left = sent
    while left > 0 {
      let length = unsafe buffers[first].iov_len
      guard left >= length else {
        unsafe buffers[first].iov_base += left
        unsafe buffers[first].iov_len -= left
        return
      }
      left -= length
      first += 1
    }
  }

  mutating func removeAll() {
    count = 0
    first = 0
    byteCount = 0
    scratchCount = 0
    owners.removeAll(keepingCapacity: true)
  }

  private mutating func appendBuffer(_ start: UnsafeRawPointer?, _ length: Int) {
    if count == capacity { grow() }
    unsafe (buffers + count).initialize(
      to: iovec(iov_base: UnsafeMutableRawPointer(mutating: start), iov_len: length))
    count += 1
    byteCount += length
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<iovec>.allocate(capacity: capacity * 2)
    unsafe larger.moveInitialize(from: buffers, count: count)
    unsafe buffers.deallocate()
    unsafe buffers = larger
    capacity *= 2
  }
}
