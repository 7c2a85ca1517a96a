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

  /// Gives the next event to `body`, for the time of the call; see
  /// ``EventReaderEngine/readNext(until:_:)``.
  ///
  /// Not generic, so that it is compiled once, in full, whoever calls it: what a deserializer makes
  /// of the bytes goes out through the closure.
  @usableFromInline
  package func readNextBytes(
    timeout: Duration, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> ReadOutcome<Void> {
    if let ready = try unsafe engine.readReady(body) { return ready }
    return try unsafe engine.readNext(until: .after(timeout), body)
  }

  /// The same with a deadline.
  package func readNextBytes(
    until deadline: Deadline, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> ReadOutcome<Void> {
    try unsafe engine.readNext(until: deadline, body)
  }

  /// Gives the next event to `deserialize`; see ``EventReaderEngine/readNext(until:_:)``.
  package func readNext<Event>(
    until deadline: Deadline, _ deserialize: (UnsafeRawBufferPointer) throws -> Event
  ) throws -> ReadOutcome<Event> {
    try unsafe engine.readNext(until: deadline, deserialize)
  }

  /// Leaves the group and gives all connections back. Idempotent.
  package func close(at position: LeavingPosition = .current, until deadline: Deadline) throws {
    defer {
      feed.close()
      state.close()
    }
    try engine.close(at: position, until: deadline)
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
