// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// What the controller does by itself as time passes. One thread calls ``tick()``; tests do so
/// with a clock of their own.
extension ControllerCore {
  /// How often ``tick()`` should be called, in milliseconds: the resolution of leases.
  package static let tickMilliseconds: Int64 = 400
  static let watermarkMilliseconds: Int64 = 10_000
  static let retentionMilliseconds: Int64 = 30 * 60_000

  package func tick() {
    let time = now()
    endLeases(now: time)
    state.withLock { $0.forgetOldTransactions(now: time) }
    let (watermarks, retention) = watermarkRounds.withLock { rounds in
      (
        Rounds.isDue(&rounds.watermarks, time, every: ControllerCore.watermarkMilliseconds),
        Rounds.isDue(&rounds.retention, time, every: ControllerCore.retentionMilliseconds)
      )
    }
    if watermarks { writeWatermarks() }
    if retention { applyRetention() }
  }

  /// Aborts transactions whose lease is over and finishes commits that the store refused before.
  private func endLeases(now: Int64) {
    let work = state.withLock { state in
      state.scopes.values.lazy.flatMap { $0.streams.values }
        .filter { !$0.transactions.isEmpty }.map { $0 } as [StreamRecord]
    }
    for stream in work {
      let expired = stream.expiredTransactions(now: now)
      let unfinished = stream.transactions.values.filter { $0.state == .committing }
        .sorted { $0.commitOrder < $1.commitOrder }.map(\.id)
      guard !expired.isEmpty || !unfinished.isEmpty else { continue }
      turns.runIfFree(stream.key) {
        let open = find(stream.key)?.expiredTransactions(now: now) ?? []
        for id in expired where open.contains(id) { try? finishAbort(of: id, stream.key) }
        for id in unfinished { try? finishCommit(of: id, stream.key) }
      }
    }
  }

  // MARK: - Watermarks

  /// One round of the watermark service over all streams with writers that noted a time.
  package func writeWatermarks() {
    let time = now()
    let keys = state.withLock { state in
      state.scopes.filter { $0.key != ControllerNames.systemScope }.values.lazy
        .flatMap { $0.streams.values }.filter { !$0.writers.isEmpty }.map(\.key) as [StreamKey]
    }
    for key in keys {
      let next = state.withLock { state in state.change(key) { $0.nextWatermark(now: time) } ?? nil
      }
      if let next { try? write(next, of: key) }
    }
  }

  /// The mark attribute names the newest watermark, so that clients that open the stream begin
  /// there.
  private func write(_ watermark: WatermarkRecord, of key: StreamKey) throws {
    let mark = key.markStream
    guard let segment = find(mark)?.activeEpoch.segments.first else { return }
    let name = segment.name(in: mark)
    guard let offset = try storage.appendEvent(watermark.encoded, to: name) else { return }
    state.withLock { state in _ = state.change(key) { $0.watermark = watermark } }
    try storage.setMark(offset, of: name)
  }

  // MARK: - Retention

  /// One round of the retention service over all streams with a policy.
  package func applyRetention() {
    let keys = state.withLock { state in
      state.scopes.values.lazy.flatMap { $0.streams.values }
        .filter { $0.settings.retention != nil && $0.state == .active }.map(\.key) as [StreamKey]
    }
    for key in keys { try? turns.runIfFree(key) { try applyRetention(to: key) } }
  }

  private func applyRetention(to key: StreamKey) throws {
    guard let stream = find(key), stream.state == .active else { return }
    var cut: CutMap = [:]
    for segment in stream.activeEpoch.segments {
      cut[segment.id] = try storage.segmentByteCount(segment.name(in: key)) ?? 0
    }
    let time = now()
    let record = RetentionRecord(time: time, byteCount: stream.byteCount(before: cut), cut: cut)
    let plan = state.withLock { state in
      state.change(key) { stream -> TruncationPlan? in
        stream.retained.append(record)
        return stream.retentionCut(now: time).flatMap { stream.planTruncation(at: $0) }
      } ?? nil
    }
    guard let plan else { return }
    try execute(plan, on: key)
    state.withLock { state in _ = state.change(key) { $0.dropPassedRetention() } }
  }
}

extension ControllerCore.Rounds {
  /// Whether a service has to run now. The first time only starts its clock.
  fileprivate static func isDue(_ last: inout Int64?, _ now: Int64, every period: Int64) -> Bool {
    guard let then = last else {
      last = now
      return false
    }
    guard now &- then >= period else { return false }
    last = now
    return true
  }
}
