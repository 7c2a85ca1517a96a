// SPDX-License-Identifier: Apache-2.0

extension ReaderGroupConfig {
  /// Reads what ``toBytes()`` or another client wrote.
  ///
  /// - Throws: ``PravegaError`` with code `serialization` when the bytes are no configuration.
  public init(bytes: [UInt8]) throws {
    do throws(SerializationError) {
      self = try ReaderGroupConfig.decode(bytes)
    } catch {
      throw PravegaError.malformed("reader group configuration", error)
    }
  }

  /// The portable binary form, which clients of all languages read.
  public func toBytes() -> [UInt8] {
    Envelope.encodeValid(
      { writeCommon(&$0) },
      { writer in
        writeCommon(&writer)
        writer.int32(maxOutstandingCheckpointRequest)
      },
      { writer in
        writer.compactInt(Int(retentionType.rawValue))
        writer.int64(generation)
        writer.uuid(readerGroupID)
      })
  }

  /// The fields that two revisions have in common.
  private func writeCommon(_ writer: inout RevisionWriter) {
    writer.int64(automaticCheckpointIntervalMillis)
    writer.int64(groupRefreshTimeMillis)
    for cuts in [startingStreamCuts, endingStreamCuts] {
      writer.collection(cuts.sorted { $0.key < $1.key }) {
        $0.utf($1.key.scopedName)
        $0.byteArray($1.value.toBytes())
      }
    }
  }

  static func decode(_ bytes: [UInt8]) throws(SerializationError) -> ReaderGroupConfig {
    let envelope = try Envelope.single(bytes)
    let latest = envelope.revision(1)
    var fields = if let latest { latest } else { try envelope.required(0) }
    let checkpointMillis = try fields.int64()
    let refreshMillis = try fields.int64()
    let start = try cuts(&fields)
    let end = try cuts(&fields)
    let maxOutstanding = latest == nil ? 3 : try fields.int32()
    var retention = StreamDataRetention.none
    var generation = defaultGeneration
    var id = defaultID
    if var identity = envelope.revision(2) {
      retention = try self.retention(try identity.compactInt())
      generation = try identity.int64()
      id = try identity.uuid()
    }
    return ReaderGroupConfig(
      uncheckedStart: start, end: end, groupRefreshTimeMillis: refreshMillis,
      automaticCheckpointIntervalMillis: checkpointMillis,
      maxOutstandingCheckpointRequest: maxOutstanding, retentionType: retention,
      generation: generation, readerGroupID: id)
  }

  private static func retention(
    _ ordinal: Int
  ) throws(SerializationError) -> StreamDataRetention {
    guard let type = StreamDataRetention(rawValue: Int32(clamping: ordinal)) else {
      throw SerializationError("unknown retention type \(ordinal)")
    }
    return type
  }

  private static func cuts(
    _ reader: inout RevisionReader
  ) throws(SerializationError) -> [PravegaStream: StreamCut] {
    var cuts: [PravegaStream: StreamCut] = [:]
    for _ in 0..<(try reader.count(minimumSize: 3)) {
      let stream = try reader.stream()
      cuts[stream] = try StreamCut.decode(try reader.byteArray())
    }
    return cuts
  }
}
