// SPDX-License-Identifier: Apache-2.0

/// A stream, named by its scope and its own name. Java calls it `Stream`.
public struct PravegaStream: Sendable, Hashable {
  /// The scope that holds the stream.
  public let scope: String
  /// The name within the scope.
  public let streamName: String

  /// Names a stream.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` when a name is empty, longer than 255
  ///   characters or has other characters than letters, digits, `.` and `-` after an optional
  ///   leading underscore.
  public init(scope: String, stream: String) throws {
    try Names.checkInternal(scope, as: .scope)
    try Names.checkInternal(stream, as: .stream)
    self.init(uncheckedScope: scope, stream: stream)
  }

  /// Reads `scope/stream`.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` when the text has no slash or a part
  ///   is no valid name.
  public init(scopedName: String) throws {
    let parts = scopedName.split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw PravegaError(
        .invalidArgument, "The text '\(scopedName.prefix(64))' does not name a stream.",
        hint: "Write SCOPE/STREAM.")
    }
    try self.init(scope: String(parts[0]), stream: String(parts[1]))
  }

  /// Takes names that were checked before or come from a server.
  package init(uncheckedScope scope: String, stream: String) {
    self.scope = scope
    streamName = stream
  }

  /// The text `scope/stream`.
  public var scopedName: String { scope + "/" + streamName }
}

extension PravegaStream: Comparable, CustomStringConvertible {
  /// Orders by scope, then by name.
  public static func < (a: PravegaStream, b: PravegaStream) -> Bool {
    (a.scope, a.streamName) < (b.scope, b.streamName)
  }

  /// The text `scope/stream`.
  public var description: String { scopedName }
}
