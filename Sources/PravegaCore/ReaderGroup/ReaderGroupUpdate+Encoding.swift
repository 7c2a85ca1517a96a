// SPDX-License-Identifier: Apache-2.0

extension ReaderGroupUpdate {
  /// The record as Java writes it, but for the order of map entries, which is free.
  package func encode() throws(SerializationError) -> [UInt8] {
    switch self {
    case .start(let start): try start.encode()
    case .compact(let state): try state.encode()
    case .addReader(let reader): try Self.encode(2) { $0.utf(reader) }
    case .removeReader(let reader, let offsets):
      try Self.encode(3) {
        $0.utf(reader)
        $0.offsets(offsets)
      }
    case .releaseSegment(let reader, let segment, let offset):
      try Self.encode(4) {
        $0.utf(reader)
        $0.segment(segment)
        $0.int64(offset)
      }
    case .acquireSegment(let reader, let segment):
      try Self.encode(5) {
        $0.utf(reader)
        $0.segment(segment)
      }
    case .updateDistanceToTail(let reader, let distance, let lastRead):
      try Self.encodeDistance(reader, distance, lastRead)
    case .segmentCompleted(let reader, let segment, let successors):
      try Self.encodeCompleted(reader, segment, successors)
    case .checkpointReader(let checkpoint, let reader, let offsets):
      try Self.encode(8) {
        $0.utf(checkpoint)
        $0.utf(reader)
        $0.offsets(offsets)
      }
    case .createCheckpoint(let name): try Self.encode(9) { $0.utf(name) }
    case .clearCheckpointsBefore(let name): try Self.encode(10) { $0.utf(name) }
    case .updateCheckpointPublished(let flag): try Self.encode(11) { $0.boolean(flag) }
    case .updatingConfig(let flag): try Self.encode(12) { $0.boolean(flag) }
    case .removeOutstandingCheckpoints: try Self.encode(13) { _ in }
    }
  }

  private static func encode(
    _ typeID: UInt8, _ fields: Envelope.Fields
  ) throws(SerializationError) -> [UInt8] {
    try withoutActuallyEscaping(fields) { (fields) throws(SerializationError) in
      try Envelope.encode(typeID: typeID, fields)
    }
  }

  private static func encodeDistance(
    _ reader: String, _ distance: Int64, _ lastRead: [SegmentOffset]
  ) throws(SerializationError) -> [UInt8] {
    try Envelope.encode(
      typeID: 6,
      {
        $0.utf(reader)
        $0.int64(distance)
      },
      { writer in
        writer.collection(lastRead) {
          $0.segment($1.segment.segment)
          $0.range($1.segment.range)
          $0.int64($1.offset)
        }
      })
  }

  private static func encodeCompleted(
    _ reader: String, _ segment: SegmentWithRange, _ successors: [Successor]
  ) throws(SerializationError) -> [UInt8] {
    try Envelope.encode(
      typeID: 7,
      { writer in
        writer.utf(reader)
        writer.segment(segment.segment)
        writer.collection(successors) {
          $0.segment($1.segment.segment)
          $0.collection($1.predecessorIDs) { $0.int64($1) }
        }
      },
      { writer in
        writer.collection([segment] + successors.map(\.segment)) {
          $0.segment($1.segment)
          $0.range($1.range)
        }
      })
  }
}

extension ReaderGroupStart {
  func encode() throws(SerializationError) -> [UInt8] {
    let starting = startingSegments.sorted { $0.key.segment < $1.key.segment }
    return try Envelope.encode(
      typeID: 0,
      { writer in
        writer.byteArray(config.toBytes())
        writer.collection(starting) {
          $0.segment($1.key.segment)
          $0.int64($1.value)
        }
        writer.offsets(endSegments)
      },
      { writer in
        writer.collection(starting) {
          $0.segment($1.key.segment)
          $0.range($1.key.range)
          $0.int64($1.value)
        }
      },
      { $0.boolean(isUpdatingConfig) })
  }
}
