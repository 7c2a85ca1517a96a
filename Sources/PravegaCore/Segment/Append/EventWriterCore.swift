// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// A seat in a stream writer, with the name that the controller knows its user by: what is behind an
/// `EventStreamWriter`.
package final class EventWriterCore: Sendable {
  package let seat: WriterSeat
  package var stream: StreamWriter { seat.writer }
  private let client: ClientCore
  private let notes: WriterTimeNotes
  private let isClosed = Monitor(false)

  /// Opens a writer, or joins one; connecting goes on in the background.
  ///
  /// - Parameters:
  ///   - retry: how often and when to look for a lost store; nil is this library's own way.
  ///   - sharesConnections: whether other writers may use its connections.
  package convenience init(
    _ stream: PravegaStream, _ segments: StreamSegments, client: ClientCore,
    controller: any StreamController, writerID: String, notesTime: Bool = false,
    retry: RetryPolicy? = nil, sharesConnections: Bool = true
  ) throws(PravegaError) {
    func make() throws(PravegaError) -> StreamWriter {
      let writer = try StreamWriter(
        stream: stream, segments: segments, environment: client, retry: retry,
        sharesConnections: sharesConnections)
      writer.reference.bind(to: client.closing)
      return writer
    }
    let seat: WriterSeat?
    if sharesConnections, SharedWriters.isWide(segments, client.settings) {
      seat = try client.writers.seat(of: stream, segments, retry: retry, make: make)
    } else {
      seat = try make().takeSeat()
    }
    guard let seat else { throw StreamWriter.closedError }
    self.init(seat, client, controller, writerID, notesTime)
  }

  private init(
    _ seat: WriterSeat, _ client: ClientCore, _ controller: any StreamController,
    _ writerID: String, _ notesTime: Bool
  ) {
    self.seat = seat
    self.client = client
    notes = WriterTimeNotes(seat.writer, client, controller, writerID)
    if notesTime { notes.schedule() }
  }

  /// Dropped without a close: what is written is still stored, then the writer ends.
  deinit {
    notes.end()
    guard !isClosed.withLock({ $0 }) else { return }
    if stream.drop(seat) { client.writers.forget(stream) }
  }

  /// Reports a time in the background.
  package func noteTime(_ timestamp: Int64) throws(PravegaError) {
    guard !isClosed.withLock({ $0 }) else { throw StreamWriter.closedError }
    notes.note(timestamp)
  }

  package func flush(until deadline: Deadline) throws(PravegaError) {
    try stream.flush(until: deadline)
  }

  /// Flushes, then closes; the first call does.
  package func close(until deadline: Deadline) throws(PravegaError) {
    guard !client.isOnOwnThread else {
      throw PravegaError(
        .illegalState, "A writer cannot be closed on a thread of its own client.",
        hint: "Close it on another thread; a log, which the client calls, can only ask for that.",
        context: .init(operation: "close"))
    }
    let isFirst = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return !isClosed
    }
    guard isFirst else { return }
    notes.end()
    stream.refuse(seat)
    defer { if stream.leave(seat) { client.writers.forget(stream) } }
    do throws(PravegaError) { try stream.flush(until: deadline) } catch {
      // A writer that was ended by its factory's close has said so to every event.
      guard error.code != .objectClosed else { return }
      throw error
    }
  }
}
