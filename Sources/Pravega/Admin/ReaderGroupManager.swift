// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Creates, finds and deletes the reader groups of one scope.
///
/// Every call blocks for at most the configuration's `requestTimeout`. Safe to use from any thread.
public final class ReaderGroupManager: Closeable, Sendable {
  private let client: Client
  private let scope: String

  package init(scope: String, client: Client) {
    self.scope = scope
    self.client = client
  }

  /// Makes a manager; connects at its first call.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` for a bad name or configuration.
  public static func withScope(
    _ scope: String, config: ClientConfig = ClientConfig()
  ) throws -> ReaderGroupManager {
    try Names.checkInternal(scope, as: .scope)
    return ReaderGroupManager(scope: scope, client: try Client(config))
  }

  private var groups: ReaderGroups {
    ReaderGroups(client.core, client.controller, scope: scope)
  }

  /// Creates a group, and the stream that holds its state.
  ///
  /// - Returns: false when it existed with an equal configuration.
  /// - Throws: ``PravegaError`` with code `configMismatch` when it existed with another one,
  ///   `noSuchScope`, `invalidStream`, `invalidArgument` for a bad name, `objectClosed`.
  @discardableResult
  public func createReaderGroup(_ name: String, config: ReaderGroupConfig) throws -> Bool {
    try groups.create(name, config, until: client.deadline)
  }

  /// Deletes a group; its readers fail afterwards.
  ///
  /// - Throws: ``PravegaError`` with code `readerGroupNotFound`.
  public func deleteReaderGroup(_ name: String) throws {
    try groups.delete(name, until: client.deadline)
  }

  /// A handle on a group: Java's `getReaderGroup`. Valid until the manager is closed.
  ///
  /// - Throws: ``PravegaError`` with code `readerGroupNotFound`.
  public func readerGroup(_ name: String) throws -> ReaderGroup {
    let synchronizer = try groups.synchronizer(of: name, until: client.deadline)
    return ReaderGroup(scope: scope, name: name, synchronizer, client)
  }

  /// Ends the connections. Idempotent.
  public func close() { client.close() }
}
