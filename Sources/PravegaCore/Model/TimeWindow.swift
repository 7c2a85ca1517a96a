// SPDX-License-Identifier: Apache-2.0

/// Bounds of the time, as writers noted it, that a reader has reached in a stream.
public struct TimeWindow: Sendable, Hashable {
  /// Everything before has been read; nil near the head of the stream.
  public let lowerTimeBound: Int64?
  /// Nothing after has been read; nil near the tail of the stream.
  public let upperTimeBound: Int64?

  /// Creates a window.
  public init(lowerTimeBound: Int64?, upperTimeBound: Int64?) {
    self.lowerTimeBound = lowerTimeBound
    self.upperTimeBound = upperTimeBound
  }

  /// Whether no lower bound is known yet.
  public var isNearHeadOfStream: Bool { lowerTimeBound == nil }
  /// Whether no upper bound is known yet.
  public var isNearTailOfStream: Bool { upperTimeBound == nil }
}
