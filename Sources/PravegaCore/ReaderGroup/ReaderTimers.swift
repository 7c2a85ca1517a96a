// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// When a reader does what for its group. Java's intervals, so that readers of both share fairly.
package struct ReaderTimers: Sendable, Hashable {
  package var release: Deadline
  package var acquire: Deadline
  package var fetch: Deadline
  package var checkpoint: Deadline
  package var lag: Deadline
  package var config: Deadline
  /// The unit of all waits that depend on a reader's rank.
  private let unit: Duration

  /// Java's unit.
  package static let javaUnit = Duration.seconds(1)
  /// While an update is under way, nothing else of its kind is begun for so long.
  static let underWay = Duration.seconds(30)
  static let configInterval = Duration.seconds(10)

  /// - Parameter allocationDelay: how long after joining no segment is taken.
  package init(
    now: Deadline, allocationDelay: Duration = .zero, unit: Duration = Self.javaUnit
  ) {
    self.unit = unit
    release = now.advanced(by: unit)
    acquire = allocationDelay > .zero ? now.advanced(by: allocationDelay) : now
    fetch = now
    checkpoint = now.advanced(by: unit)
    lag = now.advanced(by: unit)
    config = now.advanced(by: unit)
  }

  /// Readers with the least work are the first to take a segment.
  package func acquireDelay(_ state: ReaderGroupState, _ reader: String) -> Duration {
    unit * (state.onlineReaders.count - state.ranking(of: reader))
  }

  /// Readers with the most work are the first to give one up.
  package func releaseDelay(_ state: ReaderGroupState, _ reader: String) -> Duration {
    unit * (1 + state.ranking(of: reader))
  }

  /// Starts all waits that follow an exchange of segments.
  mutating func exchanged(_ state: ReaderGroupState, _ reader: String, now: Deadline) {
    acquire = now.advanced(by: acquireDelay(state, reader))
    release = now.advanced(by: releaseDelay(state, reader))
    lag = now.advanced(by: lagDelay(state))
  }

  func lagDelay(_ state: ReaderGroupState) -> Duration {
    unit * (state.onlineReaders.count + 1)
  }
}
