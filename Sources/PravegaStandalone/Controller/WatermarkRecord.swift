// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// A promise to readers: behind the position no event will be older than the lower bound.
package struct WatermarkRecord: Sendable, Equatable {
  package let lower: Int64
  package let upper: Int64
  package let position: [SegmentRecord: Int64]

  /// The stored form, without event framing.
  var encoded: [UInt8] {
    let entries = position.sorted { $0.key.id < $1.key.id }
    return Envelope.encodeValid { writer in
      writer.int64(lower)
      writer.int64(upper)
      writer.collection(entries) { writer, entry in
        writer.raw(WatermarkRecord.encode(entry.key))
        writer.int64(entry.value)
      }
    }
  }

  private static func encode(_ segment: SegmentRecord) -> [UInt8] {
    Envelope.encodeValid { writer in
      writer.int64(segment.id)
      writer.double(segment.range.low)
      writer.double(segment.range.high)
    }
  }
}

extension StreamRecord {
  /// The next watermark, if the writers have moved on. Forgets writers that no longer count.
  mutating func nextWatermark(now: Int64) -> WatermarkRecord? {
    sortOutWriters(now: now)
    let marks = writers.values.filter { $0.time != .min }
    let isComplete = marks.allSatisfy(isParticipating)
    guard isComplete, let lower = marks.map(\.time).min(), let upper = marks.map(\.time).max(),
      lower > watermark?.lower ?? .min
    else { return nil }
    return WatermarkRecord(lower: lower, upper: upper, position: position(covering: marks))
  }

  private func isParticipating(_ mark: WriterMark) -> Bool {
    watermark.map { mark.time > $0.lower } ?? true
  }

  /// A writer that lags behind the watermark counts for as long as the stream's time-out says,
  /// unless it was removed.
  private mutating func sortOutWriters(now: Int64) {
    for (name, mark) in writers {
      if isParticipating(mark) {
        writers[name]?.laggingSince = nil
        if !mark.isAlive { writers[name] = nil }
        continue
      }
      let since = mark.laggingSince ?? now
      writers[name]?.laggingSince = since
      let isWaitedFor = mark.isAlive && now &- since < settings.timestampAggregationTimeout
      if !isWaitedFor { writers[name] = nil }
    }
  }

  /// The least position that lies behind no writer's and not behind the last watermark.
  private func position(covering marks: [WriterMark]) -> [SegmentRecord: Int64] {
    var bound: [SegmentRecord: Int64] = [:]
    for mark in marks {
      for (id, offset) in mark.position.sorted(by: { $0.key < $1.key }) {
        guard let segment = try? segment(id) else { continue }
        // Writers report -1 where they have not written yet.
        raise(&bound, segment, max(0, offset))
      }
    }
    for (segment, offset) in watermark?.position ?? [:] { raise(&bound, segment, offset) }
    fillGaps(&bound)
    return bound
  }

  private func raise(
    _ bound: inout [SegmentRecord: Int64], _ segment: SegmentRecord, _ offset: Int64
  ) {
    if let present = bound[segment] {
      bound[segment] = max(present, offset)
      return
    }
    let others = bound.keys.filter { $0.overlaps(segment) }
    guard others.allSatisfy({ $0.id < segment.id }) else { return }
    for other in others { bound[other] = nil }
    bound[segment] = offset
  }

  /// Parts of the key space that nobody wrote to begin at the segments of the newest epoch of
  /// the position.
  private func fillGaps(_ bound: inout [SegmentRecord: Int64]) {
    let newest = bound.keys.map(\.creationEpoch).max() ?? 0
    guard let epoch = try? epoch(newest) else { return }
    for segment in epoch.segments where bound[segment] == nil && !isCovered(segment, by: bound) {
      for other in bound.keys where other.overlaps(segment) && other.id < segment.id {
        bound[other] = nil
      }
      bound[segment] = 0
    }
  }

  private func isCovered(_ segment: SegmentRecord, by bound: [SegmentRecord: Int64]) -> Bool {
    var end = segment.range.low
    for part in bound.keys.sorted(by: { $0.range.low < $1.range.low })
    where part.range.low <= end {
      end = max(end, part.range.high)
    }
    return end >= segment.range.high
  }
}
