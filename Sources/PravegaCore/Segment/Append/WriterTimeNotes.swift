// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Tells the controller until when a writer has written. Not kept by its writer's user alone, so
/// that a timer needs no weak reference.
final class WriterTimeNotes: Sendable {
  private struct State {
    var hasEnded = false
    var timer: TimerToken?
  }

  private let stream: StreamWriter
  private let client: ClientCore
  private let controller: any StreamController
  private let writerID: String
  private let state = Monitor(State())
  private static let interval = Duration.seconds(5)

  init(
    _ stream: StreamWriter, _ client: ClientCore, _ controller: any StreamController,
    _ writerID: String
  ) {
    self.stream = stream
    self.client = client
    self.controller = controller
    self.writerID = writerID
  }

  /// Notes the time of now at regular intervals, until the end.
  func schedule() {
    let timer = client.timers.schedule(after: Self.interval) { [self] in
      guard !state.withLock({ $0.hasEnded }) else { return }
      note(WallClock.milliseconds)
      schedule()
    }
    let hasEnded = state.withLock { state in
      state.timer = timer
      return state.hasEnded
    }
    if hasEnded { timer.cancel() }
  }

  func end() {
    let timer = state.withLock { state in
      state.hasEnded = true
      return state.timer
    }
    timer?.cancel()
  }

  /// Reports a time in the background.
  func note(_ timestamp: Int64) {
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
}
