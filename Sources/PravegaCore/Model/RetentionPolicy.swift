// SPDX-License-Identifier: Apache-2.0

/// How much of a stream is kept; the controller applies it from time to time.
public struct RetentionPolicy: Sendable, Hashable {
  /// What is measured.
  public enum RetentionType: Sendable {
    /// Age in milliseconds.
    case time
    /// Size in bytes.
    case size
  }

  /// What is measured.
  public let retentionType: RetentionType
  /// What is kept at least, in milliseconds or bytes.
  public let retentionParam: Int64
  /// What is kept at most, in milliseconds or bytes; `Int64.max` when there is no such limit.
  public let retentionMax: Int64

  package init(_ type: RetentionType, min: Int64, max: Int64) {
    retentionType = type
    retentionParam = min
    retentionMax = max
  }

  /// Keeps what is younger than `duration`, to the millisecond.
  public static func byTime(_ duration: Duration) -> RetentionPolicy {
    RetentionPolicy(.time, min: milliseconds(duration), max: .max)
  }

  /// Keeps what is younger than `min`, and no more than `max` even if consumers need it.
  public static func byTime(min: Duration, max: Duration) -> RetentionPolicy {
    RetentionPolicy(.time, min: milliseconds(min), max: milliseconds(max))
  }

  /// Keeps the last `size` bytes.
  public static func bySizeBytes(_ size: Int64) -> RetentionPolicy {
    RetentionPolicy(.size, min: size, max: .max)
  }

  /// Keeps the last `min` bytes, and no more than `max` even if consumers need it.
  public static func bySizeBytes(min: Int64, max: Int64) -> RetentionPolicy {
    RetentionPolicy(.size, min: min, max: max)
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, overflow2) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    guard !overflow, !overflow2 else { return seconds < 0 ? .min : .max }
    return sum
  }
}
