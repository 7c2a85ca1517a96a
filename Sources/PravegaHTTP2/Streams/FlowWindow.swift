// SPDX-License-Identifier: Apache-2.0

/// How much this side may still send (RFC 9113 section 6.9). Negative after the peer made its
/// initial window smaller.
struct SendWindow: Hashable, Sendable {
  static let maximum: Int64 = 0x7fff_ffff

  private(set) var available: Int64

  init(_ size: UInt32) { available = Int64(size) }

  mutating func consume(_ count: Int) { available -= Int64(count) }

  /// - Returns: whether the window stays within 2^31 - 1.
  mutating func grow(by increment: Int64) -> Bool {
    available += increment
    return available <= Self.maximum
  }
}

/// How much the peer may still send. What the owner has taken over is given back in portions, so
/// that there is not one update for every frame.
struct ReceiveWindow: Hashable, Sendable {
  private let size: Int64
  private(set) var available: Int64
  /// Taken over and not given back yet.
  private var released: Int64 = 0

  init(_ size: UInt32) {
    self.size = Int64(size)
    available = self.size
  }

  /// - Returns: whether the peer was allowed to send that much.
  mutating func consume(_ count: Int) -> Bool {
    guard Int64(count) <= available else { return false }
    available -= Int64(count)
    return true
  }

  /// - Returns: the increment to announce, once it is worth a frame.
  mutating func release(_ count: Int) -> UInt32? {
    released += min(Int64(count), size - available - released)
    guard released > 0, released >= size / 2 else { return nil }
    let increment = released
    available += increment
    released = 0
    return UInt32(clamping: increment)
  }
}
