// SPDX-License-Identifier: Apache-2.0

/// Settings of an ``EventStreamReader``.
public struct ReaderConfig: Sendable, Hashable {
  /// How long a reader waits before it takes its first segment, milliseconds; up to as much again is added at
  /// random so that readers started together share evenly.
  public var initialAllocationDelayMillis: Int64
  /// Accepted for code that comes from Java; there are no time windows yet.
  public var disableTimeWindows: Bool
  /// The most bytes asked for of one segment at a time; 1 KiB to 10 MiB count.
  public var bufferSize: Int

  /// Creates settings; everything has Java's default.
  public init(
    initialAllocationDelayMillis: Int64 = 0, disableTimeWindows: Bool = false,
    bufferSize: Int = 1 << 20
  ) {
    self.initialAllocationDelayMillis = initialAllocationDelayMillis
    self.disableTimeWindows = disableTimeWindows
    self.bufferSize = bufferSize
  }
}
