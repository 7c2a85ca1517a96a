// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// An event reader on real stores: the engine and what it stands on. Safe to use from any thread.
@usableFromInline
package final class GroupReader: Sendable {
  package let engine: EventReaderEngine<StoreOpener>
  private let feed: ReadFeed
  private let state: any RawSegment

  init(
    _ core: ClientCore, _ member: ReaderGroupMember, timers: ReaderTimers, bufferSize: Int
  ) {
    feed = ReadFeed(core)
    state = member.synchronizer.segment.raw
    engine = EventReaderEngine(
      member, timers: timers, opener: StoreOpener(feed), bufferSize: bufferSize,
      roundTimeout: core.settings.repair.giveUpAfter,
      submit: { [repairs = core.repairs] job in repairs.submit(job) })
    core.closing.tell(self)
  }

  /// Takes the next event, or says why there is none; see ``EventReaderEngine/take(until:)``.
  ///
  /// Not generic, so that it is compiled once, in full; what becomes of the bytes is the caller's
  /// part. The clock is read in full only when the event is not in memory.
  @usableFromInline
  package func take(within timeout: Duration) throws -> Taken {
    if let event = engine.takeAtOnce() { return .event(event) }
    return try engine.take(until: .after(timeout))
  }

  /// Ends the turn that an event came with.
  @usableFromInline
  package func giveBack() { engine.giveBack() }

  /// Gives the next event to `body`, for the time of the call.
  package func readNextBytes(
    until deadline: Deadline, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> ReadOutcome<Void> {
    try unsafe engine.readNext(until: deadline, body)
  }

  /// Leaves the group and gives all connections back. Idempotent.
  package func close(at position: LeavingPosition = .current, until deadline: Deadline) throws {
    defer { free() }
    try engine.close(at: position, until: deadline)
  }

  /// Its user has dropped it: gives everything back, which takes no time. The group is not told:
  /// what the reader owned stays its own, as after the end of a process, because nobody knows
  /// whether its last events were dealt with.
  package func abandon() {
    let error = PravegaError(.objectClosed, "The reader '\(engine.name)' was dropped.")
    if engine.fail(error) {
      feed.core.log.log(
        .warning, "a reader was dropped without a close and keeps its segments",
        [("reader", engine.name)])
    }
    free()
  }

  private func free() {
    feed.close()
    state.close()
    feed.core.closing.forget(self)
  }
}

extension GroupReader: ClientBound {
  package func clientClosed() {
    engine.fail(
      PravegaError(
        .objectClosed, "The factory of reader '\(engine.name)' is closed.",
        hint: "Create another one and use that."))
    feed.close()
  }
}
