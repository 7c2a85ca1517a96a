// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Creates, lists, changes and deletes scopes and streams.
///
/// Every call blocks for at most the configuration's `requestTimeout`, retries included. Safe to use from
/// any thread. Errors that every call may throw: `connectionFailed` and `timeout` when no controller can be
/// reached, `authentication` and `authorization`, `controllerFailure`, `objectClosed`.
public final class StreamManager: Closeable, Sendable {
  private let client: Client
  private var controller: ControllerClient { client.controller }
  private var deadline: Deadline { client.deadline }

  private init(_ client: Client) { self.client = client }

  /// Makes a manager; connects at its first call.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` for a configuration that cannot be used.
  public static func create(clientConfig: ClientConfig) throws -> StreamManager {
    StreamManager(try Client(clientConfig))
  }

  /// Makes a manager with an otherwise default configuration.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` for a configuration that cannot be used.
  public static func create(controllerURI: ControllerURI) throws -> StreamManager {
    try create(clientConfig: ClientConfig(controllerURI: controllerURI))
  }

  // MARK: - Scopes

  /// Creates a scope.
  ///
  /// - Returns: true when it was created, false when it existed.
  /// - Throws: ``PravegaError`` with code `invalidArgument` for a bad name.
  @discardableResult
  public func createScope(_ scope: String) throws -> Bool {
    try Names.check(scope, as: .scope)
    return try controller.createScope(scope, until: deadline)
  }

  /// Whether a scope exists.
  ///
  /// - Throws: ``PravegaError`` when the controller cannot be asked.
  public func checkScopeExists(_ scope: String) throws -> Bool {
    try controller.checkScopeExists(scope, until: deadline)
  }

  /// Deletes an empty scope.
  ///
  /// - Returns: true when it was deleted, false when it did not exist.
  /// - Throws: ``PravegaError`` with code `illegalState` when it is not empty.
  @discardableResult
  public func deleteScope(_ scope: String) throws -> Bool {
    try Names.check(scope, as: .scope)
    return try controller.deleteScope(scope, until: deadline)
  }

  /// Deletes a scope with all of its streams, reader groups and tables.
  ///
  /// - Returns: true when it was deleted, false when it did not exist.
  /// - Throws: ``PravegaError`` when the controller failed.
  @discardableResult
  public func deleteScopeRecursive(_ scope: String) throws -> Bool {
    try Names.check(scope, as: .scope)
    return try controller.deleteScopeRecursive(scope, until: deadline)
  }

  /// All scopes. Pages are fetched while the iterator advances, which blocks.
  public func listScopes() -> BlockingIterator<String> {
    let (controller, client) = (controller, client)
    return BlockingIterator { (token) throws(PravegaError) in
      try controller.listScopes(after: token, until: client.deadline)
    }
  }

  // MARK: - Streams

  /// Creates a stream.
  ///
  /// - Returns: true when it was created, false when it existed; its configuration is kept then.
  /// - Throws: ``PravegaError`` with code `invalidArgument` for a bad name, `noSuchScope`.
  @discardableResult
  public func createStream(
    scope: String, stream: String, config: StreamConfiguration
  ) throws -> Bool {
    try controller.createStream(try name(scope, stream), config, until: deadline)
  }

  /// Replaces a stream's whole configuration; tags that the new one lacks are gone.
  ///
  /// - Throws: ``PravegaError`` with code `invalidStream`, `unsupportedOperation` when it is sealed.
  @discardableResult
  public func updateStream(
    scope: String, stream: String, config: StreamConfiguration
  ) throws -> Bool {
    try controller.updateStream(try name(scope, stream), config, until: deadline)
    return true
  }

  /// Drops the events before a cut.
  ///
  /// - Throws: ``PravegaError`` with code `invalidStream`, `unsupportedOperation` when it is sealed.
  @discardableResult
  public func truncateStream(scope: String, stream: String, at streamCut: StreamCut) throws -> Bool
  {
    try controller.truncateStream(try name(scope, stream), at: streamCut, until: deadline)
    return true
  }

  /// Makes a stream read-only, for good.
  ///
  /// - Throws: ``PravegaError`` with code `invalidStream`.
  @discardableResult
  public func sealStream(scope: String, stream: String) throws -> Bool {
    try controller.sealStream(try name(scope, stream), until: deadline)
    return true
  }

  /// Deletes a sealed stream.
  ///
  /// - Returns: true when it was deleted, false when it did not exist.
  /// - Throws: ``PravegaError`` with code `illegalState` when it is not sealed.
  @discardableResult
  public func deleteStream(scope: String, stream: String) throws -> Bool {
    try controller.deleteStream(try name(scope, stream), until: deadline)
  }

  /// Whether a stream exists.
  ///
  /// - Throws: ``PravegaError`` when the controller cannot be asked.
  public func checkStreamExists(scope: String, stream: String) throws -> Bool {
    try controller.checkStreamExists(
      PravegaStream(uncheckedScope: scope, stream: stream), until: deadline)
  }

  /// All streams of a scope, those of the system included (`_RG…`, `_MARK…`). Pages are fetched
  /// while the iterator advances, which blocks.
  public func listStreams(scope: String) -> BlockingIterator<PravegaStream> {
    let (controller, client) = (controller, client)
    return BlockingIterator { (token) throws(PravegaError) in
      try controller.listStreams(inScope: scope, after: token, until: client.deadline)
    }
  }

  /// The streams of a scope with a tag, in no order.
  public func listStreams(scope: String, tag: String) -> BlockingIterator<PravegaStream> {
    let (controller, client) = (controller, client)
    return BlockingIterator { (token) throws(PravegaError) in
      try controller.listStreams(inScope: scope, tag: tag, after: token, until: client.deadline)
    }
  }

  /// A stream's configuration.
  ///
  /// - Throws: ``PravegaError`` with code `invalidStream`.
  public func streamConfiguration(scope: String, stream: String) throws -> StreamConfiguration {
    try controller.getStreamConfiguration(try name(scope, stream), until: deadline)
  }

  /// A stream's tags: Java's `getStreamTags`.
  ///
  /// - Throws: ``PravegaError`` with code `invalidStream`.
  public func streamTags(scope: String, stream: String) throws -> Set<String> {
    try Set(streamConfiguration(scope: scope, stream: stream).tags)
  }

  /// Replaces segments of a stream by segments with other ranges and waits until that is done.
  ///
  /// - Parameters:
  ///   - segments: the current segments to seal.
  ///   - newRanges: parts of the key space that together cover the sealed ones.
  /// - Returns: false when the segments to seal are not the current ones any more.
  /// - Throws: ``PravegaError`` with code `invalidArgument` when the ranges do not fit, `timeout`.
  @discardableResult
  public func scaleStream(
    scope: String, stream: String, sealing segments: [Int64], newRanges: [KeyRange]
  ) throws -> Bool {
    try controller.scaleStream(
      try name(scope, stream), sealing: segments, newRanges: newRanges, until: deadline)
  }

  /// The current segments of a stream with their parts of the key space; none when it is sealed.
  ///
  /// - Throws: ``PravegaError`` with code `invalidStream`.
  public func currentSegments(scope: String, stream: String) throws -> [SegmentWithRange] {
    try controller.currentSegments(of: try name(scope, stream), until: deadline)
      .entries.map(\.segment)
  }

  /// Asks the controller whether it is there: cheap, and without rights.
  ///
  /// - Throws: ``PravegaError`` that says why it is not.
  public func ping() throws { try controller.ping(until: deadline) }

  /// Ends the connections. Idempotent.
  public func close() { client.close() }

  private func name(_ scope: String, _ stream: String) throws -> PravegaStream {
    try Names.check(scope, as: .scope)
    try Names.check(stream, as: .stream)
    return PravegaStream(uncheckedScope: scope, stream: stream)
  }
}
