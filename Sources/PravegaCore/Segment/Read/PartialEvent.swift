// SPDX-License-Identifier: Apache-2.0

/// The bytes of an event that spans chunks, as far as they are here.
///
/// Grows with what arrives, not with what a header promises, and is charged to the read budget where
/// it is large. Belongs to one thread at a time.
@safe
final class PartialEvent {
  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0

  private let budget: ByteBudget?
  private var charged = 0

  private static let firstCapacity = 256
  /// Up to here it is not counted, as little as a reader's credit.
  private static let uncharged = 4 << 10

  init(chargedTo budget: ByteBudget? = nil) {
    self.budget = budget
    capacity = Self.firstCapacity
    unsafe memory = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    unsafe memory.deallocate()
    if charged > 0 { budget?.release(charged) }
  }

  /// What is here, valid until the next ``append(_:)`` and as long as the object lives.
  var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: memory, count: count) }

  func append(_ more: UnsafeRawBufferPointer) {
    let total = count + more.count
    if total > capacity { grow(to: max(total, capacity * 2)) }
    unsafe UnsafeMutableRawBufferPointer(start: memory + count, count: more.count)
      .copyMemory(from: more)
    count = total
  }

  private func grow(to wanted: Int) {
    let larger = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
    unsafe larger.copyMemory(from: memory, byteCount: count)
    unsafe memory.deallocate()
    unsafe memory = larger
    capacity = wanted
    guard let budget, wanted > Self.uncharged else { return }
    // The event has begun and must be ended: others get less meanwhile.
    charged += budget.reserve(wanted - charged, least: wanted - charged)
  }
}
