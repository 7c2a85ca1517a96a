// SPDX-License-Identifier: Apache-2.0

/// How many segments a stream has, and when the controller changes their number.
public struct ScalingPolicy: Sendable, Hashable {
  /// What the number of segments follows.
  public enum ScaleType: UInt8, Sendable {
    /// Nothing: it stays as it is until it is scaled by hand.
    case fixedNumSegments = 0
    /// Kibibytes per second and segment.
    case byRateInKBytesPerSec = 1
    /// Events per second and segment.
    case byRateInEventsPerSec = 2
  }

  /// What the number of segments follows.
  public let scaleType: ScaleType
  /// The rate that one segment is meant to take; 0 for a fixed number.
  public let targetRate: Int32
  /// Into how many parts a hot segment is split at most; 0 for a fixed number.
  public let scaleFactor: Int32
  /// The number of segments at the start and the least number later.
  public let minNumSegments: Int32

  /// Takes values as they come from a server.
  package init(
    uncheckedType scaleType: ScaleType, targetRate: Int32, scaleFactor: Int32,
    minNumSegments: Int32
  ) {
    self.scaleType = scaleType
    self.targetRate = targetRate
    self.scaleFactor = scaleFactor
    self.minNumSegments = minNumSegments
  }

  /// One segment, always.
  public static let single = ScalingPolicy(
    uncheckedType: .fixedNumSegments, targetRate: 0, scaleFactor: 0, minNumSegments: 1)

  /// A fixed number of segments.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` unless the number is positive.
  public static func fixed(_ numSegments: Int32) throws -> ScalingPolicy {
    try checkPositive(numSegments, "number of segments")
    return ScalingPolicy(
      uncheckedType: .fixedNumSegments, targetRate: 0, scaleFactor: 0,
      minNumSegments: numSegments)
  }

  /// As many segments as the events per second ask for.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` unless all are positive.
  public static func byEventRate(
    _ targetRate: Int32, scaleFactor: Int32, minNumSegments: Int32
  ) throws -> ScalingPolicy {
    try byRate(.byRateInEventsPerSec, targetRate, scaleFactor, minNumSegments)
  }

  /// As many segments as the kibibytes per second ask for.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` unless all are positive.
  public static func byDataRate(
    kilobytesPerSecond: Int32, scaleFactor: Int32, minNumSegments: Int32
  ) throws -> ScalingPolicy {
    try byRate(.byRateInKBytesPerSec, kilobytesPerSecond, scaleFactor, minNumSegments)
  }

  private static func byRate(
    _ type: ScaleType, _ rate: Int32, _ factor: Int32, _ minimum: Int32
  ) throws -> ScalingPolicy {
    try checkPositive(rate, "target rate")
    try checkPositive(factor, "scale factor")
    try checkPositive(minimum, "minimum number of segments")
    return ScalingPolicy(
      uncheckedType: type, targetRate: rate, scaleFactor: factor, minNumSegments: minimum)
  }

  private static func checkPositive(_ value: Int32, _ what: String) throws {
    guard value > 0 else {
      throw PravegaError(.invalidArgument, "The \(what) of a scaling policy is \(value), not > 0.")
    }
  }
}
