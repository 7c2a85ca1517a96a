// SPDX-License-Identifier: Apache-2.0

/// The versioned form of everything the client stores that is not user data.
///
/// `format(1)=0 [typeId(1)] version(1) revisionCount(1) (revisionId(1) length(4) data)*`. Later
/// revisions add fields to earlier ones: a reader takes those it knows, ignores others, and skips
/// what follows the last one.
package struct Envelope: Sendable {
  package let typeID: UInt8?
  package let version: UInt8
  private let revisions: [RevisionReader?]

  /// The data of a revision; nil when the writer did not know it.
  package func revision(_ id: Int) -> RevisionReader? {
    revisions.indices.contains(id) ? revisions[id] : nil
  }

  /// The data of a revision without which the value means nothing.
  package func required(_ id: Int) throws(SerializationError) -> RevisionReader {
    guard let reader = revision(id) else { throw SerializationError("revision \(id) is missing") }
    return reader
  }

  /// Decodes an envelope that belongs to one known type.
  package static func single(
    _ reader: inout RevisionReader, maxVersion: UInt8 = 0
  ) throws(SerializationError) -> Envelope {
    try decode(&reader, hasType: false, maxVersion: maxVersion)
  }

  package static func single(
    _ bytes: [UInt8], maxVersion: UInt8 = 0
  ) throws(SerializationError) -> Envelope {
    var reader = RevisionReader(bytes)
    return try single(&reader, maxVersion: maxVersion)
  }

  /// Decodes an envelope that says its type.
  package static func typed(_ bytes: [UInt8]) throws(SerializationError) -> Envelope {
    var reader = RevisionReader(bytes)
    return try decode(&reader, hasType: true, maxVersion: 0)
  }

  private static func decode(
    _ reader: inout RevisionReader, hasType: Bool, maxVersion: UInt8
  ) throws(SerializationError) -> Envelope {
    let format = try reader.byte()
    guard format == 0 else { throw SerializationError("unknown format \(format)") }
    let typeID = hasType ? try reader.byte() : nil
    let version = try reader.byte()
    guard version <= maxVersion else { throw SerializationError("unknown version \(version)") }
    var revisions: [RevisionReader?] = []
    for index in 0..<Int(try reader.byte()) {
      guard try reader.byte() == UInt8(truncatingIfNeeded: index) else {
        throw SerializationError("revisions are not in order")
      }
      revisions.append(try reader.slice(Int(try reader.int32())))
    }
    return Envelope(typeID: typeID, version: version, revisions: revisions)
  }
}

extension Envelope {
  /// One revision's field list.
  package typealias Fields = (inout RevisionWriter) -> Void

  package static func encode(
    typeID: UInt8? = nil, version: UInt8 = 0, _ revisions: Fields...
  ) throws(SerializationError) -> [UInt8] {
    let (bytes, failure) = encodeLenient(typeID: typeID, version: version, revisions)
    if let failure { throw failure }
    return bytes
  }

  /// Encodes values whose type guarantees that they fit their format.
  package static func encodeValid(version: UInt8 = 0, _ revisions: Fields...) -> [UInt8] {
    let (bytes, failure) = encodeLenient(typeID: nil, version: version, revisions)
    assert(failure == nil, "a validated value does not fit its format")
    return bytes
  }

  private static func encodeLenient(
    typeID: UInt8?, version: UInt8, _ revisions: [Fields]
  ) -> (bytes: [UInt8], failure: SerializationError?) {
    var writer = RevisionWriter()
    var failure: SerializationError?
    writer.byte(0)
    if let typeID { writer.byte(typeID) }
    writer.byte(version)
    writer.byte(UInt8(truncatingIfNeeded: revisions.count))
    for (id, fields) in revisions.enumerated() {
      var data = RevisionWriter()
      fields(&data)
      failure = failure ?? data.failure
      writer.byte(UInt8(truncatingIfNeeded: id))
      writer.int32(Int32(clamping: data.bytes.count))
      writer.raw(data.bytes)
    }
    return (writer.bytes, failure)
  }
}
