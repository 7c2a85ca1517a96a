// SPDX-License-Identifier: Apache-2.0

extension ReaderGroupState {
  /// The whole state as a record of type 1.
  func encode() throws(SerializationError) -> [UInt8] {
    let checkpointBytes = try checkpoints.toBytes()
    return try Envelope.encode(
      typeID: 1,
      { writer in
        writer.byteArray(config.toBytes())
        writer.byteArray(checkpointBytes)
        writer.map(distances) { $0.int64($1) }
        writer.map(future) { $0.collection($1.sorted()) { $0.int64($1) } }
        writer.map(assigned) { $0.offsets($1) }
        writer.offsets(unassigned)
        writer.offsets(endSegments)
      },
      { writer in
        writer.offsets(lastRead)
        writer.collection(mentionedSegments) {
          $0.segment($1)
          $0.range(ranges[$1])
        }
      },
      { $0.boolean(isUpdatingConfig) })
  }

  /// The segments that Java writes a range for, known or not.
  private var mentionedSegments: [Segment] {
    var segments = Set(unassigned.keys)
    for mine in assigned.values { segments.formUnion(mine.keys) }
    segments.formUnion(future.keys)
    segments.formUnion(lastRead.keys)
    return segments.sorted()
  }

  init(_ envelope: Envelope) throws(SerializationError) {
    var fields = try envelope.required(0)
    config = try ReaderGroupConfig.decode(try fields.byteArray())
    checkpoints = try CheckpointState(bytes: try fields.byteArray())
    distances = try fields.stringMap(valueSize: 8) { (reader) throws(SerializationError) in
      try reader.int64()
    }
    future = try fields.segmentMap(valueSize: 1) { (reader) throws(SerializationError) in
      Set(try reader.int64s())
    }
    assigned = try fields.stringMap(valueSize: 1) { (reader) throws(SerializationError) in
      try reader.offsets()
    }
    unassigned = try fields.offsets()
    endSegments = try fields.offsets()
    if var more = envelope.revision(1) {
      lastRead = try more.offsets()
      ranges = try Self.ranges(&more)
    }
    if var flag = envelope.revision(2) { isUpdatingConfig = try flag.boolean() }
  }

  /// The ranges in a revision 1 that holds nothing else.
  static func ranges(_ envelope: Envelope) throws(SerializationError) -> [Segment: KeyRange] {
    guard var more = envelope.revision(1) else { return [:] }
    return try ranges(&more)
  }

  private static func ranges(
    _ fields: inout RevisionReader
  ) throws(SerializationError) -> [Segment: KeyRange] {
    let ranges = try fields.segmentMap(valueSize: 16) { (reader) throws(SerializationError) in
      try reader.range()
    }
    return ranges.compactMapValues { $0 }
  }
}
