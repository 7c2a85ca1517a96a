// SPDX-License-Identifier: Apache-2.0

/// Bytes of one reply, kept alive by their owner and charged to the read budget.
// @unchecked: the bytes never change after the reply was received.
@safe
final class ReadChunk: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  let reserved: Int
  private let owner: AnyObject?
  private let budget: ByteBudget

  /// Keeps `bytes` as they lie in the received slab.
  init(
    borrowing bytes: UnsafeRawBufferPointer, of owner: AnyObject, reserved: Int, budget: ByteBudget
  ) {
    unsafe self.bytes = bytes
    self.owner = owner
    self.reserved = reserved
    self.budget = budget
  }

  /// Copies `bytes` out of the connection's buffer.
  init(copying bytes: UnsafeRawBufferPointer, reserved: Int, budget: ByteBudget) {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, bytes.count), alignment: 16)
    unsafe memory.copyMemory(from: bytes)
    unsafe self.bytes = UnsafeRawBufferPointer(rebasing: memory[..<bytes.count])
    owner = nil
    self.reserved = reserved
    self.budget = budget
  }

  deinit {
    if owner == nil { unsafe UnsafeMutableRawBufferPointer(mutating: bytes).deallocate() }
    budget.release(reserved)
  }
}
