// SPDX-License-Identifier: Apache-2.0

/// One line that is drawn over and over, on a terminal only, four times a second at most.
///
/// Everywhere else it does nothing, so that logs and pipes stay clean. One thread uses it.
package final class ProgressLine {
  private let isEnabled: Bool
  private let sink: (String) -> Void
  private let now: () -> ContinuousClock.Instant
  private var lastDrawn: ContinuousClock.Instant?
  private var isVisible = false

  package convenience init(enabled: Bool = true) {
    self.init(
      enabled: enabled && Console.isInteractive, sink: Console.write, now: { ContinuousClock.now })
  }

  init(
    enabled: Bool, sink: @escaping (String) -> Void, now: @escaping () -> ContinuousClock.Instant
  ) {
    self.isEnabled = enabled
    self.sink = sink
    self.now = now
  }

  /// - Parameter text: Made only when it will be drawn.
  package func update(_ text: @autoclosure () -> String) {
    guard isEnabled else { return }
    let instant = now()
    if let lastDrawn, instant - lastDrawn < .milliseconds(250) { return }
    lastDrawn = instant
    isVisible = true
    sink("\r\u{1b}[K" + text())
  }

  package func clear() {
    guard isVisible else { return }
    isVisible = false
    sink("\r\u{1b}[K")
  }
}
