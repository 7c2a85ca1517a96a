// SPDX-License-Identifier: Apache-2.0

/// One event of a state synchronizer's stream: a new start, or updates to what was before.
package enum StateRecord: Sendable, Hashable {
  /// The whole state, to the end of the event. Java may pad it with zeros.
  case initial([UInt8])
  /// Updates to apply in turn, all or none of them written.
  case updates([[UInt8]])

  private static let initialTag: Int32 = 1
  private static let updatesTag: Int32 = 2

  package func encode() -> [UInt8] {
    var writer = RevisionWriter()
    switch self {
    case .initial(let bytes):
      writer.int32(Self.initialTag)
      writer.raw(bytes)
    case .updates(let updates):
      writer.int32(Self.updatesTag)
      for update in updates {
        writer.int32(Int32(clamping: update.count))
        writer.raw(update)
      }
    }
    return writer.bytes
  }

  package static func decode(_ bytes: [UInt8]) throws(SerializationError) -> StateRecord {
    var reader = RevisionReader(bytes)
    switch try reader.int32() {
    case initialTag:
      return .initial(Array(bytes.dropFirst(4)))
    case updatesTag:
      var updates: [[UInt8]] = []
      while reader.remaining > 0 {
        updates.append(try reader.bytes(Int(try reader.int32())))
      }
      return .updates(updates)
    case let tag:
      throw SerializationError("record of unknown type \(tag)")
    }
  }
}
