// SPDX-License-Identifier: Apache-2.0

/// The properties of a key-value table; they do not change after its creation.
public struct KeyValueTableConfiguration: Sendable, Hashable {
  /// The longest key, both parts together, that a controller accepts without trouble.
  public static let maxTotalKeyLength: Int32 = 256

  /// How many segments the table is spread over.
  public let partitionCount: Int32
  /// The length of each primary key in bytes.
  public let primaryKeyLength: Int32
  /// The length of each secondary key in bytes, 0 when there are none.
  public let secondaryKeyLength: Int32
  /// At what size the store begins a new object in long-term storage; 0 is the server's default.
  public let rolloverSizeBytes: Int64

  /// The length of a key in bytes.
  public var totalKeyLength: Int32 { primaryKeyLength &+ secondaryKeyLength }

  /// Creates a configuration.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` unless there is a partition and a
  ///   primary key, no number is negative, and keys have 256 bytes at most.
  public init(
    partitionCount: Int32, primaryKeyLength: Int32, secondaryKeyLength: Int32 = 0,
    rolloverSizeBytes: Int64 = 0
  ) throws(PravegaError) {
    try Self.check(partitionCount > 0, "The number of partitions is \(partitionCount), not > 0.")
    try Self.check(
      primaryKeyLength > 0, "The length of primary keys is \(primaryKeyLength), not > 0.")
    try Self.check(
      secondaryKeyLength >= 0, "The length of secondary keys is \(secondaryKeyLength), not >= 0.")
    let total = Int64(primaryKeyLength) + Int64(secondaryKeyLength)
    try Self.check(
      total <= Self.maxTotalKeyLength,
      "Keys have \(total) bytes; \(Self.maxTotalKeyLength) is the limit.")
    try Self.check(
      rolloverSizeBytes >= 0, "The roll-over size is \(rolloverSizeBytes), not >= 0.")
    self.init(
      uncheckedPartitions: partitionCount, primaryKeyLength: primaryKeyLength,
      secondaryKeyLength: secondaryKeyLength, rolloverSizeBytes: rolloverSizeBytes)
  }

  /// Takes values as they come from a server.
  package init(
    uncheckedPartitions partitionCount: Int32, primaryKeyLength: Int32, secondaryKeyLength: Int32,
    rolloverSizeBytes: Int64
  ) {
    self.partitionCount = partitionCount
    self.primaryKeyLength = primaryKeyLength
    self.secondaryKeyLength = secondaryKeyLength
    self.rolloverSizeBytes = rolloverSizeBytes
  }

  private static func check(_ condition: Bool, _ message: String) throws(PravegaError) {
    guard condition else { throw PravegaError(.invalidArgument, message) }
  }
}

/// Names a key-value table.
public struct KeyValueTableInfo: Sendable, Hashable {
  /// The scope that holds the table.
  public let scope: String
  /// The name within the scope.
  public let keyValueTableName: String

  /// Names a table.
  public init(scope: String, keyValueTableName: String) {
    self.scope = scope
    self.keyValueTableName = keyValueTableName
  }

  /// The text `scope/table`.
  public var scopedName: String { scope + "/" + keyValueTableName }
}
