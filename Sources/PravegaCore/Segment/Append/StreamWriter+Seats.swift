// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

// A stream writer serves one user or several: each takes a seat, writes with it, and gives it back.
extension StreamWriter {
  /// Who uses a writer.
  struct Seats {
    /// Those taken so far.
    var taken = 0
    /// Those taken and not given back.
    var count = 0
    /// The last user has left, or somebody could not be joined: nobody new is let in.
    var areClosed = false
  }

  /// A seat for a new user; nil when he should have a writer of his own: this one has ended, has
  /// given up a segment, knows other segments, or has had all the users that it can have.
  package func takeSeat(for segments: StreamSegments? = nil) -> WriterSeat? {
    let number = monitor.withLock { state -> Int? in
      guard state.end == nil, !state.seats.areClosed, state.seats.taken < WriterSeat.most else {
        return nil
      }
      if let segments, segments.entries != state.segments.entries { return nil }
      guard !state.appenders.values.contains(where: { $0.failure != nil }) else { return nil }
      defer {
        state.seats.taken += 1
        state.seats.count += 1
      }
      return state.seats.taken
    }
    return number.map { WriterSeat($0, of: self) }
  }

  /// Takes no new events of that user from now on and wakes his calls that wait to write one.
  func refuse(_ seat: WriterSeat) {
    monitor.withLock { _ in seat.close() }
    monitor.signalAll()
    environment.buffers.interrupt()
  }

  /// The user has closed: what of his is not stored fails, the others' goes on. Ends the writer with
  /// its last user. Never blocks. True for the last user.
  @discardableResult
  func leave(_ seat: WriterSeat) -> Bool {
    if isLast(seat) {
      close()
      return true
    }
    let left = monitor.withLock { state in
      state.appenders.values.flatMap { $0.events(of: seat.mark) }
    }
    for events in left { events.completion.withdraw(events.indices, Self.closedError) }
    return false
  }

  /// The user has dropped his writer: what is written is still stored, then the writer ends with
  /// its last user. Never blocks. True for the last user.
  @discardableResult
  func drop(_ seat: WriterSeat) -> Bool {
    guard isLast(seat) else { return false }
    endWhenIdle()
    return true
  }

  private func isLast(_ seat: WriterSeat) -> Bool {
    monitor.withLock { state in
      seat.close()
      state.seats.count -= 1
      if state.seats.count == 0 { state.seats.areClosed = true }
      return state.seats.count == 0
    }
  }

  private func endWhenIdle() {
    let pending = monitor.withLock { $0.appenders.values.lazy.compactMap { $0.pending.last }.first }
    guard let pending else { return close() }
    // Looks again after each block, since a hand-over makes others of it.
    pending.onOutcome { [self] in endWhenIdle() }
  }
}

extension SegmentAppender {
  /// The unacknowledged events with that mark, by block.
  fileprivate func events(of mark: UInt64) -> [(completion: BlockCompletion, indices: [Int])] {
    var found: [(completion: BlockCompletion, indices: [Int])] = []
    for block in unacknowledgedBlocks() {
      let indices = block.indices(of: mark)
      if !indices.isEmpty { found.append((block.completion, indices)) }
    }
    return found
  }
}
