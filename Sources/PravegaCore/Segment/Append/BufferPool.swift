// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PravegaThreads
internal import Synchronization

/// Memory for events on their way to the stores: chunks of five sizes out of one budget.
///
/// One pool belongs to a client factory. Safe to use from any thread; ``take(_:guaranteed:)``
/// never blocks.
package final class BufferPool: Sendable {
  private struct State {
    var bytesInUse = 0
    var bytesFree = 0
    var waiters = 0
    var calls = Calls()
    /// Too little was freed for so long that waiters go on with what their segments have a right to.
    var isCrowded = false
    /// Bytes that came back since.
    var freedInCrowd = 0
    var isClosed = false
    var free: [[ChunkMemory]] = Array(repeating: [], count: ChunkSize.allCases.count)

    /// Takes note of bytes that came back; whether those who wait should look.
    mutating func free(_ byteCount: Int, _ limit: Int) -> Bool {
      bytesInUse -= byteCount
      freedInCrowd += byteCount
      // Much has come back, whoever took it again: the pool is merely busy.
      if freedInCrowd >= limit / 2 { isCrowded = false }
      return waiters > 0 && bytesInUse <= limit - limit / 8
    }

    /// Charges a chunk and finds memory for it. Without any of its size others are given up, so that
    /// used and unused memory together stay within the limit.
    mutating func take(_ size: ChunkSize, limit: Int) -> Supply {
      bytesInUse += size.byteCount
      var supply = Supply()
      if let memory = popFree(size) {
        supply.memory = memory
        return supply
      }
      for other in ChunkSize.allCases.reversed() {
        while bytesInUse + bytesFree > limit, let memory = popFree(other) {
          supply.surplus.append(memory)
        }
      }
      return supply
    }

    private mutating func popFree(_ size: ChunkSize) -> ChunkMemory? {
      guard let memory = free[size.rawValue].popLast() else { return nil }
      bytesFree -= size.byteCount
      return memory
    }
  }

  /// Memory for a chunk, if there was some, and what has to be freed outside of the lock.
  private struct Supply {
    var memory: ChunkMemory?
    var surplus: [ChunkMemory] = []
  }

  /// How often those who wait were asked to look again.
  struct Calls: Equatable, Sendable {
    /// By ``interrupt()``.
    fileprivate var interruptions = 0
    /// By ``nudge()``.
    fileprivate var nudges = 0
  }

  private let monitor = Monitor(State())
  /// So long a pool without room is merely busy: room comes soon, and then for many events. Later
  /// something holds its memory, and each chunk counts.
  private let patience: Duration
  private let segmentWriterTotal = Atomic<Int>(0)
  /// The most bytes of chunks in use, except for guaranteed ones.
  package let limit: Int

  package init(limit: Int = 16 << 20, patience: Duration = .milliseconds(250)) {
    self.limit = limit
    self.patience = patience
  }

  deinit {
    monitor.withLock { state in
      for memories in state.free { for memory in memories { memory.free() } }
      state.free = []
    }
  }

  package var bytesInUse: Int { monitor.withLock { $0.bytesInUse } }

  /// The largest chunk to take where a smaller one would do. It fits whenever
  /// ``waitForRoom(_:since:until:)`` has found room, and lets every segment have two: a few with
  /// large chunks half empty would keep the others waiting.
  var largestSize: ChunkSize {
    let share = limit / (2 * max(1, segmentWriterTotal.load(ordering: .relaxed)))
    return ChunkSize.allCases.last {
      $0.byteCount <= limit / 8 && ($0 <= .small || $0.byteCount <= share)
    } ?? .tiny
  }

  /// Counts the segment writers that share the pool.
  func addSegmentWriters(_ more: Int) { segmentWriterTotal.add(more, ordering: .relaxed) }

  /// Takes a chunk if the budget allows it, or anyway when `guaranteed`: every segment with events
  /// has a right to one, so that a dead store cannot starve the others.
  func take(_ size: ChunkSize, guaranteed: Bool) -> Chunk? {
    let supply = monitor.withLock { state -> Supply? in
      // A chunk larger than the whole budget passes when it is alone.
      guard guaranteed || state.bytesInUse + size.byteCount <= limit || state.bytesInUse == 0
      else { return nil }
      return state.take(size, limit: limit)
    }
    return supply.map { chunk(size, $0) }
  }

  private func chunk(_ size: ChunkSize, _ supply: Supply) -> Chunk {
    for memory in supply.surplus { memory.free() }
    return Chunk(memory: supply.memory ?? ChunkMemory(size), pool: self)
  }

  /// A chunk for events that are handed over: they were charged when they were written.
  func takeMoved(_ byteCount: Int) -> Chunk {
    takeAnyway(max(ChunkSize.holding(byteCount), .medium))
  }

  private func takeAnyway(_ size: ChunkSize) -> Chunk {
    chunk(size, monitor.withLock { $0.take(size, limit: limit) })
  }

  /// Charges bytes without asking.
  func chargeAnyway(_ byteCount: Int) {
    monitor.withLock { $0.bytesInUse += byteCount }
  }

  /// Charges bytes that live outside of the pool. False when the budget does not allow it.
  func charge(_ byteCount: Int) -> Bool {
    monitor.withLock { state in
      // A payload larger than the whole budget passes when it is alone.
      guard state.bytesInUse + byteCount <= limit || state.bytesInUse == 0 else { return false }
      state.bytesInUse += byteCount
      return true
    }
  }

  /// How many calls wait for room; for tests.
  package var waiterCount: Int { monitor.withLock { $0.waiters } }

  /// What ``waitForRoom(_:since:until:)`` has to know, from before the caller looked whether it
  /// should wait at all.
  var calls: Calls { monitor.withLock { $0.calls } }

  /// Makes all who wait for room look whether their writer is still open.
  func interrupt() {
    monitor.withLock { $0.calls.interruptions &+= 1 }
    monitor.signalAll()
  }

  /// A segment with waiters has a right to a chunk again. They look only in a crowded pool: in a
  /// busy one it would wake all for a few events.
  func nudge() {
    let isCrowded = monitor.withLock { state in
      state.calls.nudges &+= 1
      return state.isCrowded
    }
    if isCrowded { monitor.signalAll() }
  }

  /// Blocks until `byteCount` bytes could be had or it is time to look again for another reason,
  /// at most until `deadline`, when it returns false.
  func waitForRoom(_ byteCount: Int, since seen: Calls, until deadline: Deadline) -> Bool {
    monitor.withLock { $0.waiters += 1 }
    defer { monitor.withLock { $0.waiters -= 1 } }
    // In a crowd, too: it may end while this call waits, and then no nudge wakes it.
    let end = Deadline.earlier(deadline, .after(patience))
    // Whoever had to wait goes on when an eighth is free: waking all for every chunk that comes
    // back would cost more than the events.
    let found = monitor.wait(until: end) { state -> Bool? in
      if state.isClosed || state.calls.interruptions != seen.interruptions { return true }
      if state.isCrowded, state.calls.nudges != seen.nudges { return true }
      return state.bytesInUse + byteCount <= limit - limit / 8 || state.bytesInUse == 0 ? true : nil
    }
    if found != nil { return true }
    guard !deadline.hasPassed else { return false }
    monitor.withLock { state in
      state.isCrowded = true
      state.freedInCrowd = 0
    }
    return true
  }

  fileprivate func giveBack(_ memory: ChunkMemory) {
    let kept = monitor.withLock { state -> (kept: Bool, wake: Bool) in
      let wake = state.free(memory.size.byteCount, limit)
      // Used and unused together stay within the limit, too.
      let keep =
        !state.isClosed && state.bytesInUse + state.bytesFree + memory.size.byteCount <= limit
      if keep {
        state.free[memory.size.rawValue].append(memory)
        state.bytesFree += memory.size.byteCount
      }
      return (keep, wake)
    }
    if !kept.kept { memory.free() }
    if kept.wake { monitor.signalAll() }
  }

  func discharge(_ byteCount: Int) {
    let wake = monitor.withLock { $0.free(byteCount, limit) }
    if wake { monitor.signalAll() }
  }

  /// Wakes everybody who waits for room; they find their writer closed.
  package func close() {
    monitor.withLock { $0.isClosed = true }
    monitor.signalAll()
  }
}

/// The sizes of chunks. A segment with few events must stay cheap, a busy one needs few buffers.
enum ChunkSize: Int, CaseIterable, Sendable, Comparable {
  static func < (a: ChunkSize, b: ChunkSize) -> Bool { a.rawValue < b.rawValue }

  case tiny, small, modest, medium, large

  /// A block of whole 64 KiB, or 256 KiB, and its frame fit exactly one chunk.
  var byteCount: Int {
    switch self {
    case .tiny: return 1 << 10
    case .small: return 4 << 10
    case .modest: return 16 << 10
    case .medium: return (64 << 10) + 256
    case .large: return (256 << 10) + 256
    }
  }

  /// The smallest size that holds `byteCount`, or the largest there is.
  static func holding(_ byteCount: Int) -> ChunkSize {
    allCases.first { $0.byteCount >= byteCount } ?? .large
  }
}

// @unchecked: owned by one chunk or the pool.
@safe struct ChunkMemory: @unchecked Sendable {
  let size: ChunkSize
  let base: UnsafeMutableRawPointer
  private let isMapped: Bool

  init(_ size: ChunkSize) {
    self.size = size
    guard size >= .medium else {
      unsafe base = .allocate(byteCount: size.byteCount, alignment: 16)
      isMapped = false
      return
    }
    // Straight from the kernel and back to it: many threads take and give these, and each would
    // leave holes in an arena of its own.
    let memory = unsafe mmap(
      nil, size.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    if let memory = unsafe memory, unsafe memory != MAP_FAILED {
      unsafe base = memory
      isMapped = true
    } else {
      unsafe base = .allocate(byteCount: size.byteCount, alignment: 16)
      isMapped = false
    }
  }

  func free() {
    if isMapped { unsafe munmap(base, size.byteCount) } else { unsafe base.deallocate() }
  }
}

/// A piece of the pool's memory; goes back when nobody refers to it any more.
// @unchecked: written by its block's writer under that writer's lock, later only read.
@safe
final class Chunk: @unchecked Sendable {
  private let memory: ChunkMemory
  private let pool: BufferPool

  fileprivate init(memory: ChunkMemory, pool: BufferPool) {
    self.memory = memory
    self.pool = pool
  }

  deinit { pool.giveBack(memory) }

  var base: UnsafeMutableRawPointer { unsafe memory.base }
  var capacity: Int { memory.size.byteCount }
}

/// A large payload that rides along uncopied and is charged to the pool while it does.
// @unchecked: the bytes never change after init.
@safe
final class RidingPayload: @unchecked Sendable {
  private let bytes: [UInt8]
  private let pool: BufferPool

  /// - Parameter pool: has been charged already and is discharged at the end.
  init(_ bytes: [UInt8], chargedTo pool: BufferPool) {
    self.bytes = bytes
    self.pool = pool
  }

  /// For events that are handed over, which never wait for the budget.
  convenience init(moved bytes: [UInt8], pool: BufferPool) {
    pool.chargeAnyway(bytes.count)
    self.init(bytes, chargedTo: pool)
  }

  deinit { pool.discharge(bytes.count) }

  var count: Int { bytes.count }

  /// Valid as long as this object lives: an array that nobody changes does not move.
  var base: UnsafeRawPointer? { unsafe bytes.withUnsafeBytes { $0.baseAddress } }
}
