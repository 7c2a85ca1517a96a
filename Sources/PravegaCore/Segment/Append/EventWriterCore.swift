// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// A stream writer with the name that the controller knows it by: what is behind an
/// `EventStreamWriter`.
package final class EventWriterCore: Sendable {
  package let stream: StreamWriter
  private let notes: WriterTimeNotes
  private let isClosed = Monitor(false)

  package init(
    _ stream: StreamWriter, client: ClientCore, controller: any StreamController, writerID: String,
    notesTime: Bool
  ) {
    self.stream = stream
    notes = WriterTimeNotes(stream, client, controller, writerID)
    stream.reference.bind(to: client.closing)
    if notesTime { notes.schedule() }
  }

  /// Dropped without a close: what is written is still stored, then the writer ends.
  deinit {
    notes.end()
    stream.release()
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
    let isFirst = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return !isClosed
    }
    guard isFirst else { return }
    notes.end()
    stream.refuse()
    defer { stream.close() }
    do throws(PravegaError) { try stream.flush(until: deadline) } catch {
      // A writer that was ended by its factory's close has said so to every event.
      guard error.code != .objectClosed else { return }
      throw error
    }
  }
}
