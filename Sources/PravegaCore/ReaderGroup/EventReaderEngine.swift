// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// The engine of an event reader: takes events from the segments that its group lets it have.
///
/// The caller's thread takes events out of buffers that other threads fill. What concerns the
/// group is done in rounds on a repair thread, one at a time, while no events are returned; a
/// deadline ends the caller's wait, not the round, and the next call takes it up.
///
/// Safe to use from any thread: one call at a time reads, the others wait their turn.
// @unchecked: `core` is only touched by the thread that holds the turn.
package final class EventReaderEngine<Opener: SegmentOpening>: @unchecked Sendable {
  /// Runs a job on a repair thread, or drops it when there are none any more.
  package typealias Submit = @Sendable (@escaping @Sendable () -> Void) -> Void

  private struct Gate: Sendable {
    var isBusy = false
    var isClosed = false
    /// Why there is nothing more to read, when it was not the user who closed the reader.
    var failure: PravegaError?
  }

  private let member: ReaderGroupMember
  private let submit: Submit
  private let queue: ReadyQueue
  private let gate = Monitor(Gate())
  private var core: ReaderCore<Opener>

  /// Rounds repair broken connections, at most for so long.
  private let roundTimeout: Duration
  /// A reader looks after its group at least so often.
  private static var longestWait: Duration { .seconds(1) }

  /// Takes up a reader that has joined its group with `timers`.
  package init(
    _ member: ReaderGroupMember, timers: ReaderTimers, opener: Opener, bufferSize: Int,
    roundTimeout: Duration = .seconds(120), submit: @escaping Submit
  ) {
    self.member = member
    self.roundTimeout = roundTimeout
    self.submit = submit
    queue = ReadyQueue()
    core = ReaderCore(
      opener: opener, queue: queue, timers: timers,
      bufferSize: max(1024, min(bufferSize, 10 << 20)))
  }

  /// Gives the next event to `deserialize`, or says why there is none.
  ///
  /// Blocks until there is something to say, at most until `deadline`. When `deserialize` throws,
  /// its error comes out and the event counts as read.
  ///
  /// - Throws: codes `truncatedData` (call again to go on behind what is gone),
  ///   `reinitializationRequired` (the reader is closed then), `objectClosed`, those of
  ///   transport, and what `deserialize` throws.
  package func readNext<Event>(
    until deadline: Deadline, _ deserialize: (UnsafeRawBufferPointer) throws -> Event
  ) throws -> ReadOutcome<Event> {
    guard try enter(until: deadline) else {
      return .timeout(Position(offsets: [:]))
    }
    defer { leave() }
    repeat {
      if core.needsRound(now: member.clock()) {
        guard let round = try finishRound(until: deadline) else {
          try checkOpen()
          return .timeout(core.position)
        }
        if let checkpoint = round.checkpoint { return .checkpoint(checkpoint, core.position) }
      }
      if let outcome = try unsafe core.takeEvent(until: deadline, deserialize) { return outcome }
      if core.isEndOfData { return .endOfData(core.position) }
      queue.wait(
        until: .earlier(deadline, .earlier(core.nextRound, .after(Self.longestWait))))
      try checkOpen()
    } while !deadline.hasPassed
    return .timeout(core.position)
  }

  /// The next event, if it is there and nothing else has to be done; nil sends the caller to
  /// ``readNext(until:_:)``. Never blocks.
  package func readReady<Event>(
    _ deserialize: (UnsafeRawBufferPointer) throws -> Event
  ) throws -> ReadOutcome<Event>? {
    let isMine = gate.withLock { gate -> Bool in
      guard !gate.isBusy, !gate.isClosed, gate.failure == nil else { return false }
      gate.isBusy = true
      return true
    }
    guard isMine else { return nil }
    defer { leave() }
    return try unsafe core.takeReadyEvent(now: member.clock(), deserialize)
  }

  /// Leaves the group and frees everything. Idempotent; wakes a call that is waiting.
  ///
  /// Blocks until the group has taken note, at most until `deadline`. The reader is closed also
  /// when that fails.
  package func close(at position: LeavingPosition = .current, until deadline: Deadline) throws {
    let isFirst = gate.withLock { gate in
      defer { gate.isClosed = true }
      return !gate.isClosed && gate.failure == nil
    }
    queue.close()
    gate.signalAll()
    guard isFirst else { return }
    guard waitForTurn(until: deadline) else {
      finishClosingLater(at: position)
      throw closeTimedOut
    }
    let job = leavingJob(at: position)
    leave()
    try onRepairThread(until: deadline) { try job(deadline) }
  }

  /// Frees everything and says what is left to do: to tell the group. The caller has the turn.
  private func leavingJob(
    at position: LeavingPosition
  ) -> @Sendable (Deadline) throws -> Void {
    let pending = core.pending
    let offsets = core.leavingOffsets(position)
    core.closeAll()
    return { [member] deadline in
      _ = try? pending?.get(until: deadline)
      try ReaderGroupMember.leave(
        member.reader, at: offsets, member.synchronizer, until: deadline)
    }
  }

  /// For a reader that is closed while a call does not come back, from the user's deserializer
  /// for example.
  private func finishClosingLater(at position: LeavingPosition) {
    submit { [self] in
      let deadline = Deadline.after(roundTimeout)
      guard waitForTurn(until: deadline) else { return }
      let job = leavingJob(at: position)
      leave()
      try? job(deadline)
    }
  }

  package var name: String { member.reader }

  /// Ends the reader from outside: a call that waits, and every later one, throws `error`. The
  /// group is not told.
  package func fail(_ error: PravegaError) {
    gate.withLock { gate in
      if !gate.isClosed, gate.failure == nil { gate.failure = error }
    }
    queue.close()
    gate.signalAll()
  }

  /// Where the reader stands now.
  package func position(until deadline: Deadline) throws -> Position {
    guard try enter(until: deadline) else {
      throw PravegaError(.timeout, "Another thread is reading.", retry: .safe)
    }
    defer { leave() }
    return core.position
  }
}

/// Turns: one thread at a time is inside.
extension EventReaderEngine {
  /// False when the deadline passed first.
  private func enter(until deadline: Deadline) throws -> Bool {
    let isMine = gate.wait(until: deadline) { gate -> Bool? in
      if gate.isClosed || gate.failure != nil { return false }
      guard !gate.isBusy else { return nil }
      gate.isBusy = true
      return true
    }
    if isMine == false { try checkOpen() }
    return isMine ?? false
  }

  private func waitForTurn(until deadline: Deadline) -> Bool {
    gate.wait(until: deadline) { gate -> Bool? in
      guard !gate.isBusy else { return nil }
      gate.isBusy = true
      return true
    } ?? false
  }

  private func leave() {
    gate.withLock { $0.isBusy = false }
    gate.signalAll()
  }

  private var isShut: Bool { gate.withLock { $0.isClosed || $0.failure != nil } }

  private func checkOpen() throws {
    let (isClosed, failure) = gate.withLock { ($0.isClosed, $0.failure) }
    if let failure { throw failure }
    if isClosed {
      throw PravegaError(
        .objectClosed, "The reader '\(member.reader)' is closed.",
        hint: "Create another one and use that.")
    }
  }

  private var closeTimedOut: PravegaError {
    PravegaError(
      .timeout, "The reader '\(member.reader)' was still reading when it was to be closed.",
      hint: "Declare it offline if it does not leave its group.")
  }
}

/// Rounds: what is done for the group.
extension EventReaderEngine {
  /// Runs a round, or takes up the one that is under way, and brings the segments in line.
  ///
  /// - Returns: nil when the caller's deadline passed first or the reader was closed.
  private func finishRound(until deadline: Deadline) throws -> ReaderGroupRound.Outcome? {
    let future = core.pending ?? startRound()
    core.pending = future
    do {
      let outcome = try wait(for: future, until: deadline)
      guard let outcome else { return nil }
      core.pending = nil
      try core.adopt(outcome)
      return outcome
    } catch {
      core.pending = nil
      throw expelled(error)
    }
  }

  private func startRound() -> Future<ReaderGroupRound.Outcome> {
    let request = core.roundRequest()
    let promise = Promise<ReaderGroupRound.Outcome>()
    let deadline = Deadline.after(roundTimeout)
    submit { [member] in
      do {
        var round = ReaderGroupRound(member, request, until: deadline)
        promise.succeed(try round.run())
      } catch {
        promise.fail(error)
      }
    }
    return promise.future
  }

  /// Waits in slices, so that `close()` ends the wait.
  private func wait<Value>(
    for future: Future<Value>, until deadline: Deadline
  ) throws -> Value? {
    while true {
      do {
        return try future.get(until: .earlier(deadline, .after(.milliseconds(100))))
      } catch PromiseError.timedOut {
        if deadline.hasPassed || isShut { return nil }
      } catch PromiseError.abandoned {
        throw PravegaError(
          .objectClosed, "The factory of reader '\(member.reader)' is closed.",
          hint: "Create another one and use that.")
      }
    }
  }

  /// A reader that is no longer a member is closed: another one has to be made.
  private func expelled(_ error: any Error) -> any Error {
    guard PravegaError.Code.readerNotInReaderGroup ~= error else { return error }
    let failure = PravegaError(
      .reinitializationRequired,
      "The reader '\(member.reader)' was taken out of reader group '\(member.group)'.",
      hint: "Create the reader anew; the group was reset or the reader declared offline.",
      underlying: error, details: .reader(member.reader))
    core.closeAll()
    gate.withLock { $0.failure = failure }
    queue.close()
    return failure
  }

  /// Only the job holds the promise: when it is dropped, nobody waits.
  private func submitted(_ body: @escaping @Sendable () throws -> Void) -> Future<Void> {
    let promise = Promise<Void>()
    submit {
      do {
        promise.succeed(try body())
      } catch {
        promise.fail(error)
      }
    }
    return promise.future
  }

  private func onRepairThread(
    until deadline: Deadline, _ body: @escaping @Sendable () throws -> Void
  ) throws {
    do {
      try submitted(body).get(until: deadline)
    } catch PromiseError.timedOut {
      throw PravegaError(
        .timeout,
        "The reader group '\(member.group)' did not take note that '\(member.reader)' left.",
        hint: "Declare the reader offline.", retry: .outcomeUnknown)
    } catch PromiseError.abandoned {
      throw PravegaError(
        .objectClosed, "The factory of reader '\(member.reader)' is closed.",
        hint: "Create another one and use that.")
    }
  }
}
