// SPDX-License-Identifier: Apache-2.0

package import PravegaCore

/// All that the controller knows about one stream. No I/O: workflows ask it what to do, do it
/// at the segment store, and tell it the outcome.
package struct StreamRecord: Sendable {
  package enum State: String, Sendable {
    case creating = "CREATING"
    case active = "ACTIVE"
    case sealing = "SEALING"
    case sealed = "SEALED"
  }

  package let key: StreamKey
  package var settings: StreamSettings
  package var state = State.creating
  /// The index of an epoch is its number.
  package private(set) var epochs: [EpochRecord] = []
  /// Index of the epoch that is in use. A later epoch is being prepared: successors are known
  /// from it already.
  package private(set) var activeIndex = 0
  /// First epoch that no longer contains the segment, by id.
  private(set) var endEpoch: [Int64: Int32] = [:]
  /// Final length of segments that left the stream, by id.
  var sealedByteCount: [Int64: Int64] = [:]
  package var truncation = TruncationRecord()
  package var transactions: [TransactionID: TransactionRecord] = [:]
  var commitCount: Int64 = 0
  package var subscribers: [String: SubscriberRecord] = [:]
  package var retained: [RetentionRecord] = []
  package var writers: [String: WriterMark] = [:]
  package var watermark: WatermarkRecord?

  init(_ key: StreamKey, _ settings: StreamSettings) {
    self.key = key
    self.settings = settings
  }

  var isSealed: Bool { state == .sealed || state == .sealing }

  /// Without segments while the stream is being created.
  package var activeEpoch: EpochRecord {
    epochs.indices.contains(activeIndex) ? epochs[activeIndex] : EpochRecord(segments: [])
  }

  /// The segments that can be written; none when the stream is sealed.
  func currentSegments() throws -> [SegmentRecord] {
    switch state {
    case .creating: throw ControllerFailure.wrongState("Stream: \(key.name) State: CREATING")
    case .sealed: return []
    case .active, .sealing: return activeEpoch.segments
    }
  }

  func epoch(_ number: Int32) throws -> EpochRecord {
    guard number >= 0, Int(number) < epochs.count else {
      throw ControllerFailure.notFound("epoch \(number) of \(key)")
    }
    return epochs[Int(number)]
  }

  /// Looks a segment up in the epoch that its id names.
  func segment(_ id: Int64) throws -> SegmentRecord {
    let epoch = try epoch(SegmentRecord.epoch(of: id))
    guard let segment = epoch.segment(id) else {
      throw ControllerFailure.invalidArgument("no segment \(id) in \(key)")
    }
    return segment
  }

  func contains(_ id: Int64) -> Bool { (try? segment(id)) != nil }

  // MARK: - Changes of the segments

  /// The first epoch of a new stream. Numbers go on where an earlier stream of the name ended.
  func firstEpoch(firstNumber: Int32) -> EpochRecord {
    let ranges = KeyRange.equalParts(settings.minimumSegmentCount)
    let segments = ranges.enumerated().map { index, range in
      SegmentRecord(
        number: firstNumber &+ Int32(truncatingIfNeeded: index), creationEpoch: 0, range: range)
    }
    return EpochRecord(number: 0, segments: segments)
  }

  mutating func begin(_ first: EpochRecord) {
    epochs = [first]
    activeIndex = 0
    state = .active
  }

  /// Makes new epochs known without switching to them: writers that meet a sealed segment find
  /// its successors already.
  mutating func append(_ new: [EpochRecord]) {
    for epoch in new {
      for segment in epochs.last?.segments ?? [] where epoch.segment(segment.id) == nil {
        endEpoch[segment.id] = epoch.number
      }
      epochs.append(epoch)
    }
  }

  /// Switches to the last epoch.
  mutating func activateLastEpoch() { activeIndex = epochs.count - 1 }

  func lastEpoch(of id: Int64) -> Int32? { endEpoch[id].map { $0 - 1 } }
}
