// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// How long the repair of a writer's or reader's connections may take.
package struct RepairSettings: Sendable {
  /// For one attempt: address, token, connection.
  package var stepTimeout = Duration.seconds(10)
  /// For the answer to a request that may be asked again, which is then done. A store that answers
  /// others meanwhile has lost it.
  package var replyTimeout = Duration.seconds(10)
  /// For the answer to SetupAppend.
  package var setupTimeout = Duration.seconds(10)
  /// After so long without its store a writer fails its events, a reader its segment.
  package var giveUpAfter = Duration.seconds(120)
  /// The longest wait between two attempts.
  package var longestPause = Duration.seconds(5)
  /// After so long a lost connection is told of, although it may still turn out to be a move.
  package var longestDoubt = Duration.seconds(1)

  package init() {}
}

/// Settings of the engine, from `ClientConfig`.
package struct EngineSettings: Sendable {
  /// Bytes of events on their way to the stores.
  package var writeBufferBytes = 16 << 20
  /// Bytes of read replies that wait for their readers.
  package var readBufferBytes = 16 << 20
  package var maxConnectionsPerSegmentStore = 2
  /// For a connection that has never been made.
  package var connectTimeout = Duration.seconds(5)
  /// For a request to controller or store, retries included.
  package var requestTimeout = Duration.seconds(30)
  /// For the events of writers that were dropped together with their client.
  package var dropPatience = Duration.seconds(30)
  package var liveness = LivenessSettings()
  /// After so long without an answer the store is asked whether a read should have had one.
  package var readPatience = Duration.seconds(30)
  package var repair = RepairSettings()
  /// The unit of the waits by which the readers of a group share its segments, as in Java.
  package var readerTimeUnit = Duration.seconds(1)

  package init() {}
}

/// What all objects of one client factory share: the controller, the connections, the memory, and the
/// threads for repair and timers.
package final class ClientCore: Sendable {
  package let directory: any SegmentDirectory
  package let settings: EngineSettings
  package let log: Logger
  package let pool: ConnectionPool
  package let buffers: BufferPool
  package let readBudget: ByteBudget
  package let timers = Timers(name: "prv-timer")
  package let repairs = RepairPool()
  package let writers = SharedWriters()
  private let tokens = TokenCache()
  private let endpoints = EndpointCache()
  let closing = ClosingSignal()

  package init(
    directory: any SegmentDirectory, factory: any ConnectionFactory,
    settings: EngineSettings = EngineSettings(), log: Logger = Logger(nil)
  ) {
    self.directory = directory
    self.settings = settings
    self.log = log
    pool = ConnectionPool(
      factory: factory, maxPerStore: settings.maxConnectionsPerSegmentStore,
      liveness: settings.liveness)
    buffers = BufferPool(limit: settings.writeBufferBytes)
    readBudget = ByteBudget(limit: settings.readBufferBytes)
  }

  /// A connection to the store that owns `segment`. After a failure the controller is asked anew.
  package func connection(
    for segment: Segment, purpose: ConnectionPurpose, of owner: ConnectionOwner? = nil,
    afterFailure: Bool, until deadline: Deadline
  ) throws(PravegaError) -> StoreConnection {
    if afterFailure { endpoints.forget(segment) }
    let endpoint = try endpoints.endpoint(of: segment) { () throws(PravegaError) in
      try directory.endpoint(of: segment, until: deadline)
    }
    do throws(PravegaError) {
      // Less, so that a caller has heard of it when the time-out is over.
      let limit = Deadline.earlier(deadline, .after(settings.connectTimeout * 9 / 10))
      return try pool.connection(to: endpoint, for: purpose, of: owner, until: limit)
    } catch {
      endpoints.forget(segment)
      throw error
    }
  }

  package func token(
    for stream: PravegaStream, access: TokenAccess, until deadline: Deadline
  ) throws(PravegaError) -> String {
    let directory = directory
    return try tokens.token(for: stream, access, until: deadline) {
      (deadline) throws(PravegaError) in
      try directory.delegationToken(for: stream, access: access, until: deadline)
    }
  }

  /// A store refused a token as expired: the next one is fetched anew.
  package func tokenExpired(for stream: PravegaStream) { tokens.forget(stream) }

  /// Whether a failure to connect is to be told at once: no store was ever reached, and a caller
  /// who has waited since `start` should not wait longer than the connect time-out.
  package func isHopeless(_ error: PravegaError, since start: Deadline, wait: Duration) -> Bool {
    guard error.code == .connectionFailed || error.code == .invalidMessage,
      !pool.hasReachedStore
    else { return false }
    return error.retry == .never
      || start.advanced(by: settings.connectTimeout * 4 / 5) <= .after(wait)
  }

  package var hasClosed: Bool { closing.hasClosed }

  /// Whether the calling thread is one of the client's, as in a log: what it waits for may never come.
  package var isOnOwnThread: Bool { timers.isCurrent || repairs.isCurrent || pool.isOnIOThread }

  /// Ends all threads and connections. Idempotent; at most until `deadline`.
  package func close(until deadline: Deadline = .after(.seconds(10))) {
    // First, so that everything which waits has its answer before its means are taken away.
    closing.close()
    timers.close(until: deadline)
    buffers.close()
    readBudget.close()
    repairs.stop()
    pool.close(until: deadline)
    repairs.close(until: deadline)
  }
}

extension ClientCore: AppendEnvironment {
  package func appendConnection(
    for segment: Segment, of owner: ConnectionOwner?, afterFailure: Bool, until deadline: Deadline
  ) throws(PravegaError) -> (connection: StoreConnection, token: String) {
    let token = try token(for: segment.pravegaStream, access: .write, until: deadline)
    let connection = try connection(
      for: segment, purpose: .append, of: owner, afterFailure: afterFailure, until: deadline)
    return (connection, token)
  }

  package func release(_ owner: ConnectionOwner) { pool.release(owner) }

  package func successors(
    of segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegmentSuccessors {
    try directory.successors(of: segment, until: deadline)
  }

  package func tokenExpired(of segment: Segment) { tokenExpired(for: segment.pravegaStream) }
}
