// SPDX-License-Identifier: Apache-2.0

/// The configuration of a stream as the controller keeps it.
package struct StreamSettings: Hashable, Sendable {
  package enum ScaleType: Int32, Sendable {
    case fixed = 0
    case kilobytesPerSecond
    case eventsPerSecond
  }

  package enum RetentionType: Int32, Sendable {
    case time = 1
    case size
  }

  /// Milliseconds or bytes, by type. The values are kept as sent.
  package struct Retention: Hashable, Sendable {
    package var type: RetentionType
    package var minimum: Int64
    package var maximum: Int64

    package init(type: RetentionType, minimum: Int64, maximum: Int64) {
      self.type = type
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  package var scaleType = ScaleType.fixed
  package var targetRate: Int32 = 0
  package var scaleFactor: Int32 = 0
  package var minimumSegmentCount: Int32 = 0
  package var retention: Retention?
  /// Without duplicates, sorted.
  package var tags: [String] = []
  package var timestampAggregationTimeout: Int64 = 0
  package var rolloverByteCount: Int64 = 0

  package init() {}

  package static func fixed(_ segmentCount: Int32, rolloverByteCount: Int64 = 0) -> StreamSettings {
    var settings = StreamSettings()
    settings.minimumSegmentCount = segmentCount
    settings.rolloverByteCount = rolloverByteCount
    return settings
  }

  /// What segments of the stream are created with: fixed policies tell segments nothing.
  var segmentPolicy: SegmentPolicy {
    guard scaleType != .fixed else {
      return SegmentPolicy(scaleType: 0, targetRate: 0, rolloverSize: rolloverByteCount)
    }
    return SegmentPolicy(
      scaleType: Int8(truncatingIfNeeded: scaleType.rawValue), targetRate: targetRate,
      rolloverSize: rolloverByteCount)
  }

  /// Transactions' segments and copies of segments do not scale.
  var fixedSegmentPolicy: SegmentPolicy {
    SegmentPolicy(scaleType: 0, targetRate: 0, rolloverSize: rolloverByteCount)
  }

  static let maxTagCount = 127
  static let maxTagLength = 255

  /// What a real server refuses before it looks at the stream.
  func check() throws {
    guard rolloverByteCount >= 0 else {
      throw ControllerFailure.invalidArgument("rolloverSizeBytes is negative")
    }
    guard tags.count <= StreamSettings.maxTagCount else {
      throw ControllerFailure.invalidArgument("more than \(StreamSettings.maxTagCount) tags")
    }
    guard tags.allSatisfy({ $0.utf16.count <= StreamSettings.maxTagLength }) else {
      throw ControllerFailure.invalidArgument(
        "a tag has more than \(StreamSettings.maxTagLength) characters")
    }
  }
}
