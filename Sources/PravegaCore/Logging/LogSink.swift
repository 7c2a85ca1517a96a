// SPDX-License-Identifier: Apache-2.0

/// How much a log line matters.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
  /// Every step; for debugging this library.
  case trace
  /// Connections opened and closed, segments assigned.
  case debug
  /// Rare events of normal operation that an operator may want to see: scale, seal, move.
  case info
  /// Something failed and is being repaired.
  case warning
  /// Something failed and the caller was told so.
  case error

  /// Orders levels by importance.
  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}

/// Receives the log lines of a client. Silent by default.
///
/// Called from the library's own threads without any lock held; it should return soon. It may close
/// its client, which then waits for none of its threads; a writer's close is refused there. It must
/// not wait for the client otherwise, as by a flush. Lines and metadata carry no secrets.
public protocol LogSink: Sendable {
  /// The least level that the sink wants.
  var level: LogLevel { get }

  /// Takes one line.
  ///
  /// - Parameter metadata: pairs such as `segment`, `endpoint`, `requestId`, in a fixed order.
  func log(_ level: LogLevel, _ message: String, metadata: [(String, String)])
}

/// Writes log lines to the standard error stream.
public struct StandardErrorLog: LogSink {
  /// The least level that is written.
  public let level: LogLevel

  /// Creates a sink for lines of `level` and above.
  public init(level: LogLevel = .info) { self.level = level }

  /// Writes one line with one system call.
  public func log(_ level: LogLevel, _ message: String, metadata: [(String, String)]) {
    let pairs = metadata.map { " \($0.0)=\($0.1)" }.joined()
    StandardError.write("pravega \(level): \(message)\(pairs)\n")
  }
}
