// SPDX-License-Identifier: Apache-2.0

/// The properties of a stream.
///
/// Unlike in Java, two configurations with different tags are not equal; ``isTagOnlyChange(_:_:)``
/// says whether the tags are all that differs.
public struct StreamConfiguration: Sendable, Hashable {
  /// The most tags a stream can have.
  public static let maxTagCount = 127
  /// The longest tag in UTF-16 code units.
  public static let maxTagLength = 255

  /// How many segments the stream has.
  public let scalingPolicy: ScalingPolicy
  /// How much is kept; nil keeps everything.
  public let retentionPolicy: RetentionPolicy?
  /// How long a silent writer still holds back watermarks, in milliseconds.
  public let timestampAggregationTimeoutMillis: Int64
  /// Labels by which streams can be listed.
  public let tags: Set<String>
  /// At what size the store begins a new object in long-term storage; 0 is the server's default.
  public let rolloverSizeBytes: Int64

  /// Creates a configuration; without arguments one segment whose data is kept for ever.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` for more than 127 tags, a tag of more
  ///   than 255 characters or a negative roll-over size.
  public init(
    scalingPolicy: ScalingPolicy = .single, retentionPolicy: RetentionPolicy? = nil,
    timestampAggregationTimeoutMillis: Int64 = 0, tags: Set<String> = [],
    rolloverSizeBytes: Int64 = 0
  ) throws {
    guard tags.count <= Self.maxTagCount else {
      throw PravegaError(
        .invalidArgument,
        "The configuration has \(tags.count) tags; a stream can have \(Self.maxTagCount).")
    }
    guard tags.allSatisfy({ $0.utf16.count <= Self.maxTagLength }) else {
      throw PravegaError(
        .invalidArgument, "A tag has more than \(Self.maxTagLength) characters.")
    }
    guard rolloverSizeBytes >= 0 else {
      throw PravegaError(.invalidArgument, "The roll-over size is \(rolloverSizeBytes), not >= 0.")
    }
    self.init(
      uncheckedPolicy: scalingPolicy, retentionPolicy: retentionPolicy,
      timestampAggregationTimeoutMillis: timestampAggregationTimeoutMillis, tags: tags,
      rolloverSizeBytes: rolloverSizeBytes)
  }

  /// Takes values as they come from a server.
  package init(
    uncheckedPolicy scalingPolicy: ScalingPolicy, retentionPolicy: RetentionPolicy?,
    timestampAggregationTimeoutMillis: Int64, tags: Set<String>, rolloverSizeBytes: Int64
  ) {
    self.scalingPolicy = scalingPolicy
    self.retentionPolicy = retentionPolicy
    self.timestampAggregationTimeoutMillis = timestampAggregationTimeoutMillis
    self.tags = tags
    self.rolloverSizeBytes = rolloverSizeBytes
  }

  /// Whether the configurations differ in their tags and in nothing else.
  public static func isTagOnlyChange(_ a: StreamConfiguration, _ b: StreamConfiguration) -> Bool {
    a.scalingPolicy == b.scalingPolicy && a.retentionPolicy == b.retentionPolicy
      && a.timestampAggregationTimeoutMillis == b.timestampAggregationTimeoutMillis
      && a.rolloverSizeBytes == b.rolloverSizeBytes && a.tags != b.tags
  }
}
