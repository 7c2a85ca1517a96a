// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaThreads

package enum UpdateStreamStatus: Int32, Sendable {
  case success = 0
  case failure, notFound, scopeNotFound, sealed
}

package enum DeleteStreamStatus: Int32, Sendable {
  case success = 0
  case failure, notFound, notSealed
}

extension ControllerCore {
  /// Replaces the whole configuration of a stream.
  package func updateStream(
    _ key: StreamKey, _ settings: StreamSettings
  ) throws -> UpdateStreamStatus {
    try requireNames(key)
    try settings.check()
    return try turns.run(key) {
      guard let stream = find(key) else { return .notFound }
      guard !stream.isSealed else { return .sealed }
      guard stream.state == .active, settings.minimumSegmentCount > 0,
        settings.minimumSegmentCount <= ControllerCore.mostSegments
      else { return .failure }
      state.withLock { state in _ = state.change(key) { $0.settings = settings } }
      if let plan = try? stream.planUpdate(settings) {
        try execute(plan, on: key)
      } else {
        for segment in stream.activeEpoch.segments {
          try storage.updateSegment(segment.name(in: key), settings.segmentPolicy)
        }
      }
      return .success
    }
  }

  package func truncateStream(_ key: StreamKey, at cut: CutMap) throws -> UpdateStreamStatus {
    try requireNames(key)
    return try turns.run(key) {
      guard let stream = find(key) else { return .notFound }
      guard !stream.isSealed else { return .sealed }
      guard stream.state == .active, let plan = stream.planTruncation(at: cut) else {
        return .failure
      }
      try execute(plan, on: key)
      return .success
    }
  }

  /// The turn is the caller's.
  func execute(_ plan: TruncationPlan, on key: StreamKey) throws {
    state.withLock { state in _ = state.change(key) { $0.truncation = plan.record } }
    for (id, offset) in plan.truncate {
      try storage.truncateSegment(SegmentRecord.name(id, in: key), at: offset)
    }
    for id in plan.delete { try storage.deleteSegment(SegmentRecord.name(id, in: key)) }
  }

  /// Seals a stream. Its open transactions are aborted.
  package func sealStream(_ key: StreamKey) throws -> UpdateStreamStatus {
    try requireNames(key)
    return try turns.run(key) {
      guard let stream = find(key) else { return .notFound }
      guard stream.state != .creating else { return .failure }
      guard stream.state != .sealed else { return .success }
      state.withLock { state in _ = state.change(key) { $0.state = .sealing } }
      try endTransactions(of: key)
      for segment in find(key)?.activeEpoch.segments ?? [] {
        try storage.sealSegment(segment.name(in: key))
        try noteFinalByteCount(of: segment, key)
      }
      state.withLock { state in _ = state.change(key) { $0.state = .sealed } }
      return .success
    }
  }

  func noteFinalByteCount(of segment: SegmentRecord, _ key: StreamKey) throws {
    guard let count = try storage.segmentByteCount(segment.name(in: key)) else { return }
    state.withLock { state in _ = state.change(key) { $0.sealedByteCount[segment.id] = count } }
  }

  /// Deletes a sealed stream, its segments and its companion with the watermarks.
  package func deleteStream(_ key: StreamKey) throws -> DeleteStreamStatus {
    try requireNames(key)
    return try turns.run(key) {
      guard let stream = find(key) else { return .notFound }
      guard stream.state == .sealed || stream.state == .creating else { return .notSealed }
      try remove(stream)
      if let mark = find(key.markStream) { try remove(mark) }
      return .success
    }
  }

  private func remove(_ stream: StreamRecord) throws {
    let key = stream.key
    let ids = Set(stream.epochs.flatMap { $0.segments.map(\.id) })
    for id in ids.subtracting(stream.truncation.deleted) {
      try storage.deleteSegment(SegmentRecord.name(id, in: key))
    }
    state.withLock { state in
      state.scopes[key.scope]?.streams[key.name] = nil
      if let last = stream.epochs.last?.highestNumber { state.remember(last, of: key) }
    }
  }
}
