// SPDX-License-Identifier: Apache-2.0

extension ReaderGroupUpdate {
  /// Reads a record that any client wrote, of this or an older or newer version.
  package static func decode(_ bytes: [UInt8]) throws(SerializationError) -> ReaderGroupUpdate {
    let envelope = try Envelope.typed(bytes)
    switch envelope.typeID {
    case 0: return .start(try ReaderGroupStart(envelope))
    case 1: return .compact(try ReaderGroupState(envelope))
    case 6: return try decodeDistance(envelope)
    case 7: return try decodeCompleted(envelope)
    case 13: return .removeOutstandingCheckpoints
    default: return try decodeSimple(envelope)
    }
  }

  /// Records that have one revision.
  private static func decodeSimple(
    _ envelope: Envelope
  ) throws(SerializationError) -> ReaderGroupUpdate {
    var fields = try envelope.required(0)
    switch envelope.typeID {
    case 2:
      return .addReader(try fields.utf())
    case 3:
      let reader = try fields.utf()
      return .removeReader(reader, offsets: try fields.offsets())
    case 4:
      let reader = try fields.utf()
      let segment = try fields.segment()
      return .releaseSegment(reader: reader, segment, offset: try fields.int64())
    case 5:
      let reader = try fields.utf()
      return .acquireSegment(reader: reader, try fields.segment())
    case 8:
      let checkpoint = try fields.utf()
      let reader = try fields.utf()
      return .checkpointReader(
        checkpoint: checkpoint, reader: reader, offsets: try fields.offsets())
    case 9: return .createCheckpoint(try fields.utf())
    case 10: return .clearCheckpointsBefore(try fields.utf())
    case 11: return .updateCheckpointPublished(try fields.boolean())
    case 12: return .updatingConfig(try fields.boolean())
    default:
      throw SerializationError("reader group record of unknown type \(envelope.typeID ?? 0)")
    }
  }

  private static func decodeDistance(
    _ envelope: Envelope
  ) throws(SerializationError) -> ReaderGroupUpdate {
    var fields = try envelope.required(0)
    let reader = try fields.utf()
    let distance = try fields.int64()
    var lastRead: [SegmentOffset] = []
    if var more = envelope.revision(1) { lastRead = try rangedOffsets(&more) }
    return .updateDistanceToTail(reader: reader, distance: distance, lastRead: lastRead)
  }

  private static func decodeCompleted(
    _ envelope: Envelope
  ) throws(SerializationError) -> ReaderGroupUpdate {
    var fields = try envelope.required(0)
    let reader = try fields.utf()
    let completed = try fields.segment()
    let following = try fields.collection(minimumSize: 3) {
      (fields) throws(SerializationError) in
      let segment = try fields.segment()
      return (segment, try fields.int64s())
    }
    let ranges = try ReaderGroupState.ranges(envelope)
    return .segmentCompleted(
      reader: reader, SegmentWithRange(completed, ranges[completed]),
      successors: following.map { segment, ids in
        Successor(SegmentWithRange(segment, ranges[segment]), predecessorIDs: ids)
      })
  }

  fileprivate static func rangedOffsets(
    _ fields: inout RevisionReader
  ) throws(SerializationError) -> [SegmentOffset] {
    try fields.collection(minimumSize: 26) { (fields) throws(SerializationError) in
      let segment = try fields.segment()
      let range = try fields.range()
      return SegmentOffset(SegmentWithRange(segment, range), try fields.int64())
    }
  }
}

extension ReaderGroupStart {
  init(_ envelope: Envelope) throws(SerializationError) {
    var fields = try envelope.required(0)
    config = try ReaderGroupConfig.decode(try fields.byteArray())
    let plain = try fields.offsets()
    endSegments = try fields.offsets()
    if var more = envelope.revision(1) {
      let entries = try ReaderGroupUpdate.rangedOffsets(&more).map { ($0.segment, $0.offset) }
      startingSegments = Dictionary(entries) { $1 }
    } else {
      let entries = plain.map { (SegmentWithRange($0.key, nil), $0.value) }
      startingSegments = Dictionary(entries) { $1 }
    }
    if var flag = envelope.revision(2) {
      isUpdatingConfig = try flag.boolean()
    } else {
      isUpdatingConfig = false
    }
  }
}

extension RevisionReader {
  mutating func int64s() throws(SerializationError) -> [Int64] {
    try collection(minimumSize: 8) { (reader) throws(SerializationError) in try reader.int64() }
  }
}
