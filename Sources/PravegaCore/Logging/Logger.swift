// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// A log sink with rate limiting: a line that repeats is written at most once in ten seconds and
/// then says how many were left out.
package final class Logger: Sendable {
  private struct State {
    var last: [String: (time: Deadline, suppressed: Int)] = [:]
  }

  private let sink: (any LogSink)?
  private let state = Monitor(State())
  private static let repeatInterval = Duration.seconds(10)
  private static let rememberedLines = 256

  private let now: @Sendable () -> Deadline

  package init(_ sink: (any LogSink)?, now: @escaping @Sendable () -> Deadline = { .now }) {
    self.sink = sink
    self.now = now
  }

  package func isEnabled(_ level: LogLevel) -> Bool {
    guard let sink else { return false }
    return level >= sink.level
  }

  /// Writes a line. `message` without its metadata decides what counts as a repeat.
  package func log(
    _ level: LogLevel, _ message: @autoclosure () -> String,
    _ metadata: @autoclosure () -> [(String, String)] = []
  ) {
    guard let sink, level >= sink.level else { return }
    LockWatch.expectNoLock("a log line")
    let text = message()
    guard let suppressed = admit(text) else { return }
    var pairs = metadata()
    if suppressed > 0 { pairs.append(("repeated", String(suppressed))) }
    sink.log(level, text, metadata: pairs)
  }

  /// The number of equal lines left out since the last one written, or nil to leave this one out.
  private func admit(_ text: String) -> Int? {
    let now = now()
    return state.withLock { state in
      if let (time, suppressed) = state.last[text], now < time {
        state.last[text] = (time, suppressed + 1)
        return nil
      }
      if state.last.count >= Self.rememberedLines {
        state.last = state.last.filter { now < $0.value.time }
      }
      if state.last.count >= Self.rememberedLines { state.last.removeAll() }
      let suppressed = state.last[text]?.suppressed ?? 0
      state.last[text] = (now.advanced(by: Self.repeatInterval), 0)
      return suppressed
    }
  }
}
