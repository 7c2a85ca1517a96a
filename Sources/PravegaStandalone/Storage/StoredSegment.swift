// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import Synchronization

/// One segment: its state behind one lock.
///
/// Lock order: the name map of ``SegmentStore`` first, never held while a segment is locked;
/// two segments (a merge) in the order of their serial numbers. Nothing is sent, freed or called
/// back under the lock: that is the ``Aftermath``, settled when the lock is released.
package final class StoredSegment: Sendable {
  package let name: String
  package let isTransient: Bool
  /// The order in which two segments are locked.
  let serial: UInt64
  private let budget: MemoryBudget
  private let monitor: Monitor<SegmentState>

  private static let serials = Atomic<UInt64>(0)

  init(name: String, isTransient: Bool, budget: MemoryBudget, state: consuming SegmentState) {
    self.name = name
    self.isTransient = isTransient
    self.budget = budget
    serial = StoredSegment.serials.wrappingAdd(1, ordering: .relaxed).newValue
    monitor = Monitor(state)
  }

  /// Looks at the state; nothing is changed.
  func look<R, E>(_ body: (borrowing SegmentState) throws(E) -> R) throws(E) -> R {
    try monitor.withLock { state throws(E) in try body(state) }
  }

  /// Changes the state, then does what follows from it outside of the lock.
  func change<R, E>(_ body: (inout SegmentState) throws(E) -> R) throws(E) -> R {
    var after = Aftermath()
    defer { settle(after) }
    return try locked(&after, body)
  }

  /// Changes two segments in one step, locked in the order in which they were made.
  static func change<R, E>(
    _ first: StoredSegment, _ second: StoredSegment,
    _ body: (inout SegmentState, inout SegmentState) throws(E) -> R
  ) throws(E) -> R {
    var afterFirst = Aftermath()
    var afterSecond = Aftermath()
    defer {
      first.settle(afterFirst)
      second.settle(afterSecond)
    }
    if first.serial < second.serial {
      return try first.locked(&afterFirst) { one throws(E) in
        try second.locked(&afterSecond, isOther: true) { two throws(E) in try body(&one, &two) }
      }
    }
    return try second.locked(&afterSecond) { two throws(E) in
      try first.locked(&afterFirst, isOther: true) { one throws(E) in try body(&one, &two) }
    }
  }

  /// - Parameter isOther: the calling thread holds the lock of another segment.
  private func locked<R, E>(
    _ after: inout Aftermath, isOther: Bool = false,
    _ body: (inout SegmentState) throws(E) -> R
  ) throws(E) -> R {
    func step(_ state: inout SegmentState) throws(E) -> R {
      let before = state.content.capacity
      defer {
        after.growth = state.content.capacity - before
        state.hand(&after)
      }
      return try body(&state)
    }
    return try isOther ? monitor.withSecondLock(step) : monitor.withLock(step)
  }

  private func settle(_ after: Aftermath) {
    budget.adjust(by: after.growth)
    for (read, outcome) in after.answers { read.complete(outcome) }
  }
}

extension SegmentState {
  /// Gives the pending work away, if there is any.
  fileprivate mutating func hand(_ aftermath: inout Aftermath) {
    if !self.aftermath.answers.isEmpty {
      aftermath.answers = self.aftermath.answers
      self.aftermath.answers = []
    }
    guard !content.garbage.isEmpty else { return }
    aftermath.garbage = content.garbage
    content.garbage = []
  }
}
