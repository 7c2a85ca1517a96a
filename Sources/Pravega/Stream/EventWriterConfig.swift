// SPDX-License-Identifier: Apache-2.0

/// Settings of an ``EventStreamWriter``.
///
/// The retry settings are accepted for code that comes from Java. While it runs, a writer reconnects with
/// growing waits of at most five seconds and gives events up two minutes after it lost their store.
public struct EventWriterConfig: Sendable, Hashable {
  /// First wait between attempts, milliseconds.
  public let initialBackoffMillis: Int32
  /// Longest wait between attempts, milliseconds.
  public let maxBackoffMillis: Int32
  /// Attempts in all, at least 1.
  public let retryAttempts: Int32
  /// Growth of the wait, at least 1.
  public let backoffMultiple: Int32
  /// Accepted for code that comes from Java; writers share connections whatever it says.
  public let enableConnectionPooling: Bool
  /// Lease of a transaction, milliseconds, at least 10,000.
  public let transactionTimeoutTime: Int64
  /// Whether the wall clock is noted every five seconds, for watermarks.
  public let automaticallyNoteTime: Bool
  /// Accepted for code that comes from Java; events over 8 MiB are refused whatever it says.
  public let enableLargeEvents: Bool

  /// Java's defaults, with shared connections.
  public static let `default` = EventWriterConfig(unchecked: ())

  private init(unchecked: Void) {
    initialBackoffMillis = 1
    maxBackoffMillis = 20_000
    retryAttempts = 10
    backoffMultiple = 10
    enableConnectionPooling = true
    transactionTimeoutTime = 599_999
    automaticallyNoteTime = false
    enableLargeEvents = false
  }

  /// Creates settings.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` for a value out of its limits.
  public init(
    initialBackoffMillis: Int32 = 1, maxBackoffMillis: Int32 = 20_000, retryAttempts: Int32 = 10,
    backoffMultiple: Int32 = 10, enableConnectionPooling: Bool = true,
    transactionTimeoutTime: Int64 = 599_999, automaticallyNoteTime: Bool = false,
    enableLargeEvents: Bool = false
  ) throws {
    func check(_ isRight: Bool, _ rule: String) throws {
      if !isRight { throw PravegaError(.invalidArgument, "The value of \(rule).") }
    }
    try check(initialBackoffMillis >= 0, "initialBackoffMillis must not be negative")
    try check(maxBackoffMillis >= 0, "maxBackoffMillis must not be negative")
    try check(retryAttempts >= 1, "retryAttempts must be at least 1")
    try check(backoffMultiple >= 1, "backoffMultiple must be at least 1")
    try check(transactionTimeoutTime >= 10_000, "transactionTimeoutTime must be at least 10000")
    self.initialBackoffMillis = initialBackoffMillis
    self.maxBackoffMillis = maxBackoffMillis
    self.retryAttempts = retryAttempts
    self.backoffMultiple = backoffMultiple
    self.enableConnectionPooling = enableConnectionPooling
    self.transactionTimeoutTime = transactionTimeoutTime
    self.automaticallyNoteTime = automaticallyNoteTime
    self.enableLargeEvents = enableLargeEvents
  }
}
