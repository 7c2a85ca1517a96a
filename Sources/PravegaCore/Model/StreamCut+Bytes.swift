// SPDX-License-Identifier: Apache-2.0

extension StreamCut {
  /// Reads what ``toBytes()`` or another client wrote; no bytes are ``unbounded``.
  ///
  /// - Throws: ``PravegaError`` with code `serialization` when the bytes are no stream cut.
  public init(bytes: [UInt8]) throws {
    do throws(SerializationError) {
      self = try StreamCut.decode(bytes)
    } catch {
      throw PravegaError.malformed("stream cut", error)
    }
  }

  /// The portable binary form, which clients of all languages read.
  public func toBytes() -> [UInt8] {
    guard case .bounded(let stream, let positions) = self else { return [] }
    return Envelope.encodeValid(version: 1) { writer in
      writer.utf(stream.scopedName)
      writer.collection(positions.sorted { $0.key < $1.key }) {
        $0.compactLong(max(0, min($1.key.segmentID, CompactLimits.maxLong)))
        $0.compactSignedLong(Self.storable($1.value))
      }
    }
  }

  static func decode(_ bytes: [UInt8]) throws(SerializationError) -> StreamCut {
    guard !bytes.isEmpty else { return .unbounded }
    var reader = RevisionReader(bytes)
    return try decode(&reader)
  }

  /// Reads an envelope that is embedded in other data.
  static func decode(_ reader: inout RevisionReader) throws(SerializationError) -> StreamCut {
    let envelope = try Envelope.single(&reader, maxVersion: 1)
    var fields = try envelope.required(0)
    let stream = try fields.stream()
    var positions: [Segment: Int64] = [:]
    for _ in 0..<(try fields.count(minimumSize: 2)) {
      let id = try fields.compactLong()
      // Written back, it would become the id below it: two segments would be one.
      guard id <= CompactLimits.maxLong else {
        throw SerializationError("\(id) is no id of a segment")
      }
      let segment = Segment(stream, segmentID: id)
      let isOld = envelope.version == 0
      positions[segment] = isOld ? try fields.compactLong() : try fields.compactSignedLong()
    }
    return .bounded(stream, positions: positions)
  }

  /// Offsets that no segment can have are stored as the nearest ones that can be.
  private static func storable(_ offset: Int64) -> Int64 {
    max(CompactLimits.minSignedLong, min(offset, CompactLimits.maxSignedLong))
  }
}
