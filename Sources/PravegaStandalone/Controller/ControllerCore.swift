// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// The controller: its state, and the workflows that keep state and segment store in step.
///
/// Any thread. Work on one stream is serialized by turns; the state is locked for moments only,
/// never while the store works.
package final class ControllerCore: Sendable {
  /// Milliseconds since 1970.
  package typealias Clock = @Sendable () -> Int64

  let state: Monitor<ControllerState>
  let storage: any SegmentStorage
  let now: Clock
  let turns = Turns()
  let watermarkRounds = Monitor(Rounds())

  /// When the periodic services ran last.
  struct Rounds {
    var watermarks: Int64?
    var retention: Int64?
  }

  package init(storage: any SegmentStorage, now: @escaping Clock) {
    self.storage = storage
    self.now = now
    state = Monitor(ControllerState())
  }

  /// A copy of a stream's record. Cheap: its collections are shared until they change.
  package func stream(_ key: StreamKey) throws -> StreamRecord {
    try requireNames(key)
    return try state.withLock { try $0.stream(key) }
  }

  func find(_ key: StreamKey) -> StreamRecord? { state.withLock { $0.find(key) } }

  func requireNames(_ key: StreamKey) throws {
    try requireScope(key.scope)
    guard !key.name.isEmpty else { throw ControllerFailure.invalidArgument("empty name") }
  }

  func requireScope(_ scope: String) throws {
    guard !scope.isEmpty else { throw ControllerFailure.invalidArgument("empty scope name") }
  }
}
