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

  private let member: ReaderGroupMember
  private let submit: Submit
  private let queue: ReadyQueue
  private let turn = ReaderTurn()
  @exclusivity(unchecked) private var core: ReaderCore<Opener>

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
    unsafe core = ReaderCore(
      opener: opener, queue: queue, timers: timers,
      bufferSize: max(1024, min(bufferSize, 10 << 20)))
  }

  /// Takes the next event when it is in memory and nothing else is due; nil does not say why not,
  /// ``take(until:)`` does.
  @inline(__always)
  package func takeAtOnce() -> TakenEvent? {
    guard turn.takeAtOnce() else { return nil }
    if unsafe !core.needsRound(now: member.quickClock()), let event = unsafe core.takeHere() {
      return event
    }
    turn.giveBack()
    return nil
  }

  /// Takes the next event, or says why there is none.
  ///
  /// Blocks until there is something to say, at most until `deadline`. After an event the caller
  /// has the turn until ``giveBack()``; the event counts as read, whatever becomes of it.
  ///
  /// - Throws: codes `truncatedData` (call again to go on behind what is gone),
  ///   `reinitializationRequired` (the reader is closed then), `objectClosed`, and those of
  ///   transport.
  package func take(until deadline: Deadline) throws -> Taken {
    do {
      return try takeWhileOpen(until: deadline)
    } catch {
      // Whatever broke while the reader was being closed, it broke because of that.
      try checkOpen()
      throw error
    }
  }

  private func takeWhileOpen(until deadline: Deadline) throws -> Taken {
    guard try enter(until: deadline) else { return .timeout(Position(offsets: [:])) }
    var hasEvent = false
    defer { if !hasEvent { turn.giveBack() } }
    repeat {
      if unsafe core.needsRound(now: member.clock()) {
        guard let round = try finishRound(until: deadline) else {
          try checkOpen()
          // What was known before the round still holds.
          return unsafe core.isEndOfData ? .endOfData(core.position) : .timeout(core.position)
        }
        if let checkpoint = round.checkpoint {
          return unsafe .checkpoint(checkpoint, core.position)
        }
      }
      if let event = unsafe try core.takeEvent(until: deadline) {
        hasEvent = true
        return .event(event)
      }
      if unsafe core.isEndOfData { return unsafe .endOfData(core.position) }
      unsafe queue.wait(
        until: .earlier(deadline, .earlier(core.nextRound, .after(Self.longestWait))))
      try checkOpen()
    } while !deadline.hasPassed
    return unsafe .timeout(core.position)
  }

  /// Ends the turn that an event came with.
  @inline(__always)
  package func giveBack() { turn.giveBack() }

  /// Takes the next event and gives it to `deserialize`; see ``take(until:)``. When `deserialize`
  /// throws, its error comes out and the event counts as read.
  package func readNext<Event>(
    until deadline: Deadline, _ deserialize: (UnsafeRawBufferPointer) throws -> Event
  ) throws -> ReadOutcome<Event> {
    switch try takeAtOnce().map({ .event($0) }) ?? take(until: deadline) {
    case .event(let event):
      defer { giveBack() }
      return .event(try unsafe deserialize(event.bytes), event.position, event.pointer)
    case .checkpoint(let name, let position): return .checkpoint(name, position)
    case .timeout(let position): return .timeout(position)
    case .endOfData(let position): return .endOfData(position)
    }
  }

  /// Leaves the group and frees everything. Idempotent; wakes a call that is waiting.
  ///
  /// Blocks until the group has taken note, at most until `deadline`. The reader is closed also
  /// when that fails.
  package func close(at position: LeavingPosition = .current, until deadline: Deadline) throws {
    let isFirst = turn.close()
    queue.close()
    guard isFirst else { return }
    guard turn.takeLast(until: deadline) else {
      finishClosingLater(at: position)
      throw closeTimedOut
    }
    let job = leavingJob(at: position)
    turn.giveBack()
    try onRepairThread(until: deadline) { try job(deadline) }
  }

  /// Frees everything and says what is left to do: to tell the group. The caller has the turn.
  private func leavingJob(
    at position: LeavingPosition
  ) -> @Sendable (Deadline) throws -> Void {
    let pending = unsafe core.pending
    let offsets = unsafe core.leavingOffsets(position)
    unsafe core.closeAll()
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
      guard turn.takeLast(until: deadline) else { return }
      let job = leavingJob(at: position)
      turn.giveBack()
      try? job(deadline)
    }
  }

  package var name: String { member.reader }

  /// Ends the reader from outside: a call that waits, and every later one, throws `error`. The
  /// group is not told. False when it had ended before.
  @discardableResult
  package func fail(_ error: PravegaError) -> Bool {
    defer { queue.close() }
    return turn.fail(error)
  }

  /// Where the reader stands now.
  package func position(until deadline: Deadline) throws -> Position {
    guard try enter(until: deadline) else {
      throw PravegaError(
        .timeout, "Another thread is reading with this reader.",
        hint: "Give each thread a reader of its own.", retry: .safe)
    }
    defer { turn.giveBack() }
    return unsafe core.position
  }
}

/// Turns: one thread at a time is inside.
extension EventReaderEngine {
  /// False when the deadline passed first.
  private func enter(until deadline: Deadline) throws -> Bool {
    if turn.takeAtOnce() || turn.take(until: deadline) { return true }
    try checkOpen()
    return false
  }

  private func checkOpen() throws {
    let (isClosed, failure) = turn.end
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
    let future = unsafe core.pending ?? startRound()
    unsafe core.pending = future
    do {
      let outcome = try wait(for: future, until: deadline)
      guard let outcome else { return nil }
      unsafe core.pending = nil
      unsafe try core.adopt(outcome)
      return outcome
    } catch {
      unsafe core.pending = nil
      throw expelled(error)
    }
  }

  private func startRound() -> Future<ReaderGroupRound.Outcome> {
    let request = unsafe core.roundRequest()
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
        if deadline.hasPassed || turn.isShut { return nil }
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
    unsafe core.closeAll()
    turn.fail(failure)
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
