// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A block of memory that holds bytes of segments.
///
/// A chunk is written once, front to back, by the segment that owns its tail, and shared with
/// readers by reference: a reply keeps the chunks it is sent from alive, whatever happens to the
/// segment meanwhile.
///
/// Big chunks come straight from the kernel, so that truncating and deleting give memory back.
// @unchecked: bytes are written under the owning segment's lock before anyone learns of them.
@safe
package final class Chunk: @unchecked Sendable {
  /// From this size on memory is mapped, not taken from the heap.
  private static let mappingThreshold = 64 << 10

  package let base: UnsafeMutableRawPointer
  package let capacity: Int
  private let isMapped: Bool

  package init(capacity: Int) {
    if capacity >= Chunk.mappingThreshold, let mapped = unsafe Chunk.map(capacity) {
      unsafe base = mapped
      isMapped = true
    } else {
      unsafe base = .allocate(byteCount: capacity, alignment: 16)
      isMapped = false
    }
    self.capacity = capacity
  }

  deinit {
    if isMapped {
      unsafe munmap(base, capacity)
    } else {
      unsafe base.deallocate()
    }
  }

  private static func map(_ capacity: Int) -> UnsafeMutableRawPointer? {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS
    guard
      let mapped = unsafe mmap(nil, capacity, PROT_READ | PROT_WRITE, flags, -1, 0),
      unsafe mapped != MAP_FAILED
    else { return nil }
    return unsafe mapped
  }
}

/// Some bytes of a chunk, kept alive by it.
package struct ChunkSlice: Sendable {
  package let chunk: Chunk
  package let offset: Int
  package let count: Int

  /// Valid as long as ``chunk`` is referenced.
  package var pointer: UnsafeRawPointer { unsafe UnsafeRawPointer(chunk.base + offset) }
}
