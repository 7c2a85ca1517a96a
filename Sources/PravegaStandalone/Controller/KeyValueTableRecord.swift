// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// A key-value table: partitions that never scale.
package struct KeyValueTableRecord: Sendable {
  package struct Settings: Sendable, Equatable {
    package var partitionCount: Int32 = 0
    package var primaryKeyLength: Int32 = 0
    package var secondaryKeyLength: Int32 = 0
    package var rolloverByteCount: Int64 = 0

    package init() {}

    /// Longer keys do not fit the store's table segments.
    static let longestKey: Int64 = 256
    static let mostPartitions: Int32 = 10_000

    var keyLength: Int64 { Int64(primaryKeyLength) + Int64(secondaryKeyLength) }

    func check() throws {
      guard partitionCount > 0, primaryKeyLength > 0, secondaryKeyLength >= 0,
        rolloverByteCount >= 0
      else { throw ControllerFailure.invalidArgument("not a key-value table configuration") }
    }
  }

  package let key: StreamKey
  package let settings: Settings
  package let segments: [SegmentRecord]

  init(_ key: StreamKey, _ settings: Settings, firstNumber: Int32) {
    self.key = key
    self.settings = settings
    segments = KeyRange.equalParts(settings.partitionCount).enumerated().map { index, range in
      SegmentRecord(
        number: firstNumber &+ Int32(truncatingIfNeeded: index), creationEpoch: 0, range: range)
    }
  }

  /// The store keeps the segments under a longer name, so that a stream can have the same name.
  static func storeKey(_ key: StreamKey) -> StreamKey {
    StreamKey(key.scope, key.name + ControllerNames.tableSuffix)
  }

  var segmentNames: [String] {
    segments.map { $0.name(in: KeyValueTableRecord.storeKey(key)) }
  }

  var highestNumber: Int32 { segments.map(\.number).max() ?? -1 }
}

package enum CreateTableStatus: Int32, Sendable {
  case success = 0
  case failure, exists, scopeNotFound, invalidName
}

package enum TableStatus: Int32, Sendable {
  case success = 0
  case failure, notFound
}
