// SPDX-License-Identifier: Apache-2.0

/// Sizes that a table accepts.
package enum TableLimits {
  package static let longestKey = 8192
  package static let largestEntry = 1 << 20
  package static let longestFixedKey: Int32 = 256
  /// A page of an iteration ends when it holds this many bytes.
  static let pageBytes = 2 << 20
  /// The most that the entries of one reply may have, so that it fits in a frame.
  static let replyBytes = 0xff_ffff
  /// What an entry has on the wire beside its key and value.
  static let replyOverhead = 24
}

/// Versions with a meaning of their own.
package enum TableVersion {
  /// In a request: no condition.
  package static let none = Int64.min
  /// In a request: the key must be absent. In a reply: it is.
  package static let absent: Int64 = -1
}

/// A key with the version it has, or must have.
package struct TableKeyVersion: Sendable, Equatable {
  package var key: [UInt8]
  package var version: Int64

  package init(_ key: [UInt8], version: Int64 = TableVersion.none) {
    self.key = key
    self.version = version
  }
}

/// A key, its version and its value.
package struct TableEntryValue: Sendable, Equatable {
  package var key: [UInt8]
  package var version: Int64
  package var value: [UInt8]

  package init(_ key: [UInt8], _ value: [UInt8], version: Int64 = TableVersion.none) {
    self.key = key
    self.value = value
    self.version = version
  }
}

/// What a table looks like from outside.
package struct TableInfo: Sendable, Equatable {
  package var startOffset: Int64
  package var length: Int64
  package var entryCount: Int64
  package var keyLength: Int32
}

/// Where an iteration starts and ends.
package struct TableRange: Sendable {
  package var continuationToken: [UInt8] = []
  /// The first key wanted; empty: from the beginning. Fixed key length only.
  package var fromKey: [UInt8] = []
  /// The last key wanted; empty: to the end. Fixed key length only.
  package var toKey: [UInt8] = []

  package init() {}
}

/// A page of an iteration.
package struct TablePage: Sendable {
  package var entries: [TableEntryValue] = []
  package var continuationToken: [UInt8] = []
}

/// The changes of a window of a table's log.
package struct TableDelta: Sendable {
  package var entries: [TableEntryValue] = []
  package var shouldClear = false
  package var reachedEnd = true
  package var lastPosition: Int64 = 0
}
