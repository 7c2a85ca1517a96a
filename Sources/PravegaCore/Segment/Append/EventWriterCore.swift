// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// A stream writer with the name that the controller knows it by: what is behind an
/// `EventStreamWriter`.
package final class EventWriterCore: Sendable {
  package let stream: StreamWriter
  private let client: ClientCore
  private let controller: any StreamController
  private let writerID: String
  private let state = Monitor(State())
  private static let noteInterval = Duration.seconds(5)

  private struct State {
    var isClosed = false
    var timer: TimerToken?
  }

  package init(
    _ stream: StreamWriter, client: ClientCore, controller: any StreamController, writerID: String,
    notesTime: Bool
  ) {
    self.stream = stream
    self.client = client
    self.controller = controller
    self.writerID = writerID
    client.closing.tell(stream.reference)
    if notesTime { scheduleNote() }
  }

  /// Dropped without a close: what is written is still stored, then the writer ends.
  deinit {
    state.withLock { $0.timer }?.cancel()
    stream.release()
  }

  private func scheduleNote() {
    let timer = client.timers.schedule(after: Self.noteInterval) { [weak self] in
      guard let self, !state.withLock({ $0.isClosed }) else { return }
      try? noteTime(WallClock.milliseconds)
      scheduleNote()
    }
    state.withLock { $0.timer = timer }
  }

  /// Reports a time in the background.
  package func noteTime(_ timestamp: Int64) throws(PravegaError) {
    guard !state.withLock({ $0.isClosed }) else { throw StreamWriter.closedError }
    let position = WriterPosition(stream.writeOffsets)
    let (client, controller, writerID, name) = (client, controller, writerID, stream.stream)
    client.repairs.submit {
      do throws(PravegaError) {
        try controller.noteTimestampFromWriter(
          writerID, name, timestamp: timestamp, position: position, until: .after(.seconds(10)))
      } catch {
        guard error.code != .objectClosed else { return }
        client.log.log(
          .warning, "a writer's time was not noted: \(error.message)",
          [
            ("stream", name.scopedName), ("writer", writerID),
            ("requestId", String(error.context.requestID)),
          ])
      }
    }
  }

  package func flush(until deadline: Deadline) throws(PravegaError) {
    try stream.flush(until: deadline)
  }

  /// Flushes, then closes; the first call does.
  package func close(until deadline: Deadline) throws(PravegaError) {
    let (isFirst, timer) = state.withLock { state -> (Bool, TimerToken?) in
      defer { state.isClosed = true }
      return (!state.isClosed, state.timer)
    }
    guard isFirst else { return }
    timer?.cancel()
    stream.refuse()
    defer { stream.close() }
    do throws(PravegaError) { try stream.flush(until: deadline) } catch {
      // A writer that was ended by its factory's close has said so to every event.
      guard error.code != .objectClosed else { return }
      throw error
    }
  }
}
