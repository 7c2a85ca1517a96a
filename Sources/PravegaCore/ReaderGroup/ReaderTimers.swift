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
  package static let unit = Duration.seconds(1)
  /// While an update is under way, nothing else of its kind is begun for so long.
  static let underWay = Duration.seconds(30)
  static let configInterval = Duration.seconds(10)

  /// - Parameter allocationDelay: how long after joining no segment is taken.
  package init(now: Deadline, allocationDelay: Duration = .zero) {
    release = now.advanced(by: Self.unit)
    acquire = allocationDelay > .zero ? now.advanced(by: allocationDelay) : now
    fetch = now
    checkpoint = now.advanced(by: Self.unit)
    lag = now.advanced(by: Self.unit)
    config = now.advanced(by: Self.unit)
  }

  /// Readers with the least work are the first to take a segment.
  package static func acquireDelay(_ state: ReaderGroupState, _ reader: String) -> Duration {
    unit * (state.onlineReaders.count - state.ranking(of: reader))
  }

  /// Readers with the most work are the first to give one up.
  package static func releaseDelay(_ state: ReaderGroupState, _ reader: String) -> Duration {
    unit * (1 + state.ranking(of: reader))
  }

  /// Starts all waits that follow an exchange of segments.
  mutating func exchanged(_ state: ReaderGroupState, _ reader: String, now: Deadline) {
    acquire = now.advanced(by: Self.acquireDelay(state, reader))
    release = now.advanced(by: Self.releaseDelay(state, reader))
    lag = now.advanced(by: Self.lagDelay(state))
  }

  static func lagDelay(_ state: ReaderGroupState) -> Duration {
    unit * (state.onlineReaders.count + 1)
  }
}
