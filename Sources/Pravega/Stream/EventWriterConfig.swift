// SPDX-License-Identifier: Apache-2.0

/// Settings of an ``EventStreamWriter``.
///
/// The four retry settings say how a writer looks for a segment's store that it has lost, as in Java. A
/// configuration that sets none of them leaves it to this library: the waits grow to five seconds, and
/// the events are given up after two minutes. A store that was never reached is given up after
/// ``ClientConfig/connectTimeout`` whatever the settings say.
public struct EventWriterConfig: Sendable, Hashable {
  /// First wait between attempts, milliseconds. Each wait is cut by up to a half at random.
  public let initialBackoffMillis: Int32
  /// Longest wait between attempts, milliseconds.
  public let maxBackoffMillis: Int32
  /// Attempts in all, at least 1, before the events of a segment are given up.
  public let retryAttempts: Int32
  /// Growth of the wait, at least 1.
  public let backoffMultiple: Int32
  /// Whether the writer shares connections with the others of its factory and, when the stream has more
  /// segments than the client has memory for, what it holds per segment. Without it has its own, at
  /// most ``ClientConfig/maxConnectionsPerSegmentStore`` to each store, until it is closed.
  public let enableConnectionPooling: Bool
  /// Accepted for code that comes from Java, milliseconds, at least 10,000; there are no transactions yet.
  public let transactionTimeoutTime: Int64
  /// Whether the wall clock is noted every five seconds, for watermarks.
  public let automaticallyNoteTime: Bool
  /// Accepted for code that comes from Java; events over 8 MiB are refused whatever it says.
  public let enableLargeEvents: Bool

  /// Nil unless one of the retry settings was given.
  package let retryPolicy: RetryPolicy?

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
    retryPolicy = nil
  }

  /// Creates settings; those that are nil have Java's value.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` for a value out of its limits.
  public init(
    initialBackoffMillis: Int32? = nil, maxBackoffMillis: Int32? = nil,
    retryAttempts: Int32? = nil, backoffMultiple: Int32? = nil,
    enableConnectionPooling: Bool = true,
    transactionTimeoutTime: Int64 = 599_999, automaticallyNoteTime: Bool = false,
    enableLargeEvents: Bool = false
  ) throws {
    let ownsRetry = [initialBackoffMillis, maxBackoffMillis, retryAttempts, backoffMultiple]
      .contains { $0 != nil }
    let initialBackoffMillis = initialBackoffMillis ?? Self.default.initialBackoffMillis
    let maxBackoffMillis = maxBackoffMillis ?? Self.default.maxBackoffMillis
    let retryAttempts = retryAttempts ?? Self.default.retryAttempts
    let backoffMultiple = backoffMultiple ?? Self.default.backoffMultiple
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
    retryPolicy =
      ownsRetry
      ? RetryPolicy(
        initialDelay: .milliseconds(Int64(initialBackoffMillis)), multiplier: Int(backoffMultiple),
        attempts: Int(retryAttempts), maxDelay: .milliseconds(Int64(maxBackoffMillis))) : nil
  }
}
