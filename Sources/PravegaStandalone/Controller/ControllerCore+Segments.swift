// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaThreads

/// What the controller tells about the segments of a stream.
extension ControllerCore {
  package func currentSegments(_ key: StreamKey) throws -> [SegmentRecord] {
    try stream(key).currentSegments()
  }

  package func epochSegments(_ key: StreamKey, epoch: Int32) throws -> [SegmentRecord] {
    try requireNames(key)
    guard epoch >= 0 else { throw ControllerFailure.invalidArgument("negative epoch") }
    return try stream(key).epoch(epoch).segments
  }

  /// The head of the stream, whatever time is asked for.
  package func head(_ key: StreamKey) throws -> [(segment: Int64, offset: Int64)] {
    try stream(key).head
  }

  package func successors(_ key: StreamKey, of segment: Int64) throws -> [SuccessorRecord] {
    try stream(key).successors(of: segment)
  }

  package func segments(
    _ key: StreamKey, from start: CutMap, to end: CutMap
  ) throws -> [SegmentRecord] {
    try requireNames(key)
    guard !start.isEmpty || !end.isEmpty else {
      throw ControllerFailure.invalidArgument("neither start nor end")
    }
    return try stream(key).segments(from: start, to: end)
  }

  package func isSegmentActive(_ key: StreamKey, _ segment: Int64) throws -> Bool {
    try stream(key).currentSegments().contains { $0.id == segment }
  }

  package func isCutValid(_ key: StreamKey, _ cut: CutMap) throws -> Bool {
    try requireNames(key)
    guard !cut.isEmpty else { throw ControllerFailure.invalidArgument("the cut is empty") }
    return try stream(key).isValid(cut)
  }

  package func streamExists(_ key: StreamKey) throws -> Bool {
    try requireNames(key)
    return find(key) != nil
  }

  package func settings(of key: StreamKey) throws -> StreamSettings { try stream(key).settings }

  /// Nil when there is no such scope.
  package func listStreams(
    in scope: String, after token: String, where isVisible: (StreamRecord) -> Bool
  ) throws -> Page? {
    try requireScope(scope)
    let streams = state.withLock { $0.scopes[scope]?.streams.values.map { $0 } }
    return streams.map { Page($0.filter(isVisible).map(\.key.name), after: token) }
  }
}
