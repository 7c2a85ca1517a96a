// SPDX-License-Identifier: Apache-2.0

/// Where a connection's IO thread puts received bytes.
// @unchecked: only the IO thread of the owning connection uses the memory.
@safe
final class ReceiveSpace: @unchecked Sendable {
  let buffer: UnsafeMutableRawBufferPointer

  init(byteCount: Int = 32_768) {
    unsafe buffer = .allocate(byteCount: byteCount, alignment: 16)
  }

  deinit { unsafe buffer.deallocate() }

  func received(_ count: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: buffer.prefix(max(0, count)))
  }
}
