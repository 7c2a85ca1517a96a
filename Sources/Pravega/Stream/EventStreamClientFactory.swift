// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Makes the writers and readers of one scope. They share its connections, memory and threads.
///
/// Creating a factory opens nothing; keep one for the life of the program rather than one for each
/// writer. Without ``close()`` its connections and threads end some time after the last of the factory, its
/// writers and its readers is dropped. Safe to use from any thread.
public final class EventStreamClientFactory: Closeable, Sendable {
  /// The scope of every stream and group named here.
  public let scope: String
  let client: Client

  package init(scope: String, client: Client) {
    self.scope = scope
    self.client = client
  }

  /// Makes a factory.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` for a bad name or configuration.
  public static func withScope(
    _ scope: String, config: ClientConfig = ClientConfig()
  ) throws -> EventStreamClientFactory {
    try Names.checkInternal(scope, as: .scope)
    return EventStreamClientFactory(scope: scope, client: try Client(config))
  }

  /// Makes a writer of a stream. Blocks while the controller is asked for the stream's segments, at
  /// most for the configuration's `requestTimeout`; connecting to the stores goes on in the
  /// background.
  ///
  /// - Parameters:
  ///   - writerId: the name for ``EventStreamWriter/noteTime(_:)``; nil makes a random one.
  ///   - stream: a stream of the factory's scope.
  /// - Throws: ``PravegaError`` with code `invalidStream`, `segmentSealed` when it is sealed,
  ///   `invalidArgument` for a bad name, `objectClosed`.
  public func createEventWriter<S: Serializer>(
    writerId: String? = nil, stream: String, serializer: S, config: EventWriterConfig = .default
  ) throws -> EventStreamWriter<S.Event> {
    try Names.checkInternal(stream, as: .stream)
    if let writerId { try Names.check(writerId, as: .writer) }
    let name = PravegaStream(uncheckedScope: scope, stream: stream)
    let segments = try client.controller.currentSegments(of: name, until: client.deadline)
    let core = try EventWriterCore(
      name, segments, client: client.core, controller: client.controller,
      writerID: writerId ?? UniqueID.random().description,
      notesTime: config.automaticallyNoteTime, retry: config.retryPolicy,
      sharesConnections: config.enableConnectionPooling)
    return EventStreamWriter(core, of: client, serializer: serializer, config: config)
  }

  /// Makes a reader and lets it join a group. Blocks for at most the configuration's
  /// `requestTimeout`.
  ///
  /// - Parameters:
  ///   - readerId: a name that no other online reader of the group has.
  ///   - readerGroup: a group of the factory's scope.
  /// - Throws: ``PravegaError`` with code `readerGroupNotFound`, `illegalState` when a reader of that name
  ///   is online, `invalidArgument` for a bad name, `objectClosed`.
  public func createReader<S: Serializer>(
    readerId: String, readerGroup: String, serializer: S, config: ReaderConfig = ReaderConfig()
  ) throws -> EventStreamReader<S.Event> {
    let groups = ReaderGroups(client.core, client.controller, scope: scope)
    let reader = try groups.join(
      readerGroup, as: readerId,
      allocationDelay: .milliseconds(max(0, config.initialAllocationDelayMillis)),
      bufferSize: config.bufferSize, until: client.deadline)
    return EventStreamReader(reader, of: client, serializer: serializer, config: config)
  }

  /// Ends all connections and threads. Writers and readers stop working: what is not acknowledged
  /// fails with `objectClosed`, blocked calls return. At most ten seconds; idempotent. From a thread of
  /// the library, as in a log, it waits for none of its threads.
  public func close() { client.close() }
}
