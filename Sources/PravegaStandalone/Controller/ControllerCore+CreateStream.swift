// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaThreads

package enum CreateStreamStatus: Int32, Sendable {
  case success = 0
  case failure, exists, scopeNotFound, invalidName
}

extension ControllerCore {
  /// A stream of more segments is refused: nobody means it, and its segments would fill the
  /// memory.
  static let mostSegments: Int32 = 10_000

  package func createStream(
    _ key: StreamKey, _ settings: StreamSettings
  ) throws -> CreateStreamStatus {
    try requireScope(key.scope)
    try settings.check()
    guard ControllerNames.isValid(key.name) else { return .invalidName }
    return try turns.run(key) { try makeStream(key, settings) }
  }

  /// The turn is the caller's.
  private func makeStream(
    _ key: StreamKey, _ settings: StreamSettings
  ) throws -> CreateStreamStatus {
    if let refusal = reserve(key, settings) { return refusal }
    // What a real server leaves behind then: a stream that can only be deleted.
    guard settings.minimumSegmentCount > 0 else { return .failure }
    let first = try publish(key)
    guard let first else { return .scopeNotFound }
    do {
      for segment in first.segments {
        try storage.createSegment(segment.name(in: key), settings.segmentPolicy)
      }
      try makeMarkStream(of: key)
    } catch {
      state.withLock { $0.scopes[key.scope]?.streams[key.name] = nil }
      throw error
    }
    let isThere: Void? = state.withLock { state in state.change(key) { $0.begin(first) } }
    guard isThere == nil else { return .success }
    for segment in first.segments { try storage.deleteSegment(segment.name(in: key)) }
    return .scopeNotFound
  }

  /// Puts a record in state CREATING in place. Nil when that went well.
  private func reserve(_ key: StreamKey, _ settings: StreamSettings) -> CreateStreamStatus? {
    state.withLock { state in
      guard let scope = state.scopes[key.scope], !scope.isEnding else { return .scopeNotFound }
      if let present = scope.streams[key.name] {
        return present.state == .creating ? .failure : .exists
      }
      guard settings.minimumSegmentCount <= ControllerCore.mostSegments else { return .failure }
      state.scopes[key.scope]?.streams[key.name] = StreamRecord(key, settings)
      return nil
    }
  }

  private func publish(_ key: StreamKey) throws -> EpochRecord? {
    state.withLock { state in
      state.find(key)?.firstEpoch(firstNumber: state.firstNumber(of: key))
    }
  }

  /// The companion in which the controller keeps watermarks. Mark streams have none themselves.
  private func makeMarkStream(of key: StreamKey) throws {
    let mark = key.markStream
    let settings = StreamSettings.fixed(1)
    let number = state.withLock { $0.firstNumber(of: mark) }
    var record = StreamRecord(mark, settings)
    let first = record.firstEpoch(firstNumber: number)
    record.begin(first)
    let isNew = state.withLock { state in
      guard state.find(mark) == nil else { return false }
      state.scopes[mark.scope]?.streams[mark.name] = record
      return true
    }
    guard isNew else { return }
    for segment in first.segments {
      try storage.createSegment(segment.name(in: mark), settings.segmentPolicy)
    }
  }
}
