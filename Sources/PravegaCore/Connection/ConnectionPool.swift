// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// What a connection is used for: bulk data of one kind must not delay the other.
package enum ConnectionPurpose: Hashable, Sendable {
  case append, read, request
}

/// The connections of a client, by endpoint and purpose. Connections follow endpoints, not
/// segments: flows share them.
package final class ConnectionPool: Sendable {
  fileprivate struct Key: Hashable {
    let endpoint: Endpoint
    let purpose: ConnectionPurpose
    /// Nil where it is shared.
    let owner: ObjectIdentifier?
  }

  /// A connection that one caller makes and others wait for.
  fileprivate struct Opening {
    let future: Future<StoreConnection>
    /// Once the caller has begun.
    var interrupt: Interrupt?
  }

  fileprivate struct State {
    var connections: [Key: [StoreConnection]] = [:]
    var opening: [Key: Opening] = [:]
    /// Those that wait for the other side's Hello, and those that take no new flows but have some.
    var others: [StoreConnection] = []
    /// Those that were closed by a caller who could not wait for their threads.
    var ending: [StoreConnection] = []
    var isClosed = false
    var hasReachedStore = false
  }

  fileprivate enum Choice {
    case use(StoreConnection)
    case open(Promise<StoreConnection>)
    case wait(Future<StoreConnection>)
    case closed
  }

  private let factory: any ConnectionFactory
  private let maxPerStore: Int
  private let liveness: LivenessSettings
  private let monitor = Monitor(State())

  /// - Parameter maxPerStore: connections for appends, and as many for reads, to one store.
  package init(
    factory: any ConnectionFactory, maxPerStore: Int = 2,
    liveness: LivenessSettings = LivenessSettings()
  ) {
    self.factory = factory
    self.liveness = liveness
    self.maxPerStore = max(1, maxPerStore)
  }

  /// A connection for one more flow: the one with the fewest, or a new one. Blocks while
  /// connecting, at most until `deadline`; callers that want the same connection wait together.
  ///
  /// - Parameter owner: whoever shares it with nobody else.
  package func connection(
    to endpoint: Endpoint, for purpose: ConnectionPurpose, of owner: ConnectionOwner? = nil,
    until deadline: Deadline
  ) throws(PravegaError) -> StoreConnection {
    let key = Key(endpoint: endpoint, purpose: purpose, owner: owner.map(ObjectIdentifier.init))
    switch choose(key) {
    case .use(let connection): return connection
    case .open(let promise): return try open(key, of: owner, promise, deadline)
    case .wait(let future):
      do { return try future.get(until: deadline) } catch {
        throw error as? PravegaError
          ?? PravegaError(
            .connectionFailed, "The segment store \(endpoint) could not be connected to in time.",
            hint: "Check the segment store's published address and the network between.",
            retry: .safe, context: .init(endpoint: endpoint.description))
      }
    case .closed:
      throw Self.closedError
    }
  }

  private static var closedError: PravegaError {
    PravegaError.clientClosed()
  }

  private func choose(_ key: Key) -> Choice {
    let limit = key.purpose == .request ? 1 : maxPerStore
    let (choice, dropped) = monitor.withLock { state -> (Choice, [StoreConnection]) in
      let dropped = state.setAside(key)
      return (state.choose(key, limit: limit), dropped)
    }
    _ = dropped
    return choice
  }

  private func open(
    _ key: Key, of owner: ConnectionOwner?, _ promise: Promise<StoreConnection>,
    _ deadline: Deadline
  ) throws(PravegaError) -> StoreConnection {
    do throws(PravegaError) {
      let interrupt = try begin(key, of: owner)
      let connection = try StoreConnection.start(
        to: key.endpoint, with: factory, liveness: liveness, deadline: deadline,
        interrupt: interrupt)
      // From here on a close of the pool ends it.
      let isClosed = monitor.withLock { state -> Bool in
        if !state.isClosed { state.others.append(connection) }
        return state.isClosed
      }
      if isClosed { connection.fail(Self.closedError) }
      try connection.awaitHello(until: deadline)
      let isOpen = monitor.withLock { state -> Bool in
        state.opening[key] = nil
        state.others.removeAll { $0 === connection }
        guard !state.isClosed, owner?.hasEnded != true else { return false }
        state.connections[key, default: []].append(connection)
        state.hasReachedStore = true
        return true
      }
      guard isOpen else {
        connection.close(until: .after(.seconds(1)))
        throw Self.closedError
      }
      promise.succeed(connection)
      return connection
    } catch {
      let interrupt = monitor.withLock { $0.opening.removeValue(forKey: key)?.interrupt }
      let reason = interrupt?.isRaised == true ? Self.closedError : error
      promise.fail(reason)
      throw reason
    }
  }

  /// What a close ends the connect with.
  private func begin(
    _ key: Key, of owner: ConnectionOwner?
  ) throws(PravegaError) -> Interrupt {
    let interrupt: Interrupt
    do { interrupt = try Interrupt() } catch {
      throw ErrorTranslation.connection(error, to: key.endpoint)
    }
    let isWanted = monitor.withLock { state -> Bool in
      guard !state.isClosed, owner?.hasEnded != true else { return false }
      state.opening[key]?.interrupt = interrupt
      return true
    }
    guard isWanted else { throw Self.closedError }
    return interrupt
  }

  /// Whether there was ever a connection. A client that has never reached a store most likely has
  /// an address that cannot be reached from here.
  package var hasReachedStore: Bool { monitor.withLock { $0.hasReachedStore } }

  /// Number of connections that are open; for tests and metrics.
  package var count: Int {
    monitor.withLock { $0.connections.values.reduce(0) { $0 + $1.filter(\.isUsable).count } }
  }

  /// Ends the connections of an owner, once their flows have left. Never blocks.
  package func release(_ owner: ConnectionOwner) {
    owner.end()
    let (released, interrupts) = monitor.withLock { state -> ([StoreConnection], [Interrupt]) in
      let keys = state.connections.keys.filter { $0.owner == ObjectIdentifier(owner) }
      let released = keys.flatMap { state.connections.removeValue(forKey: $0) ?? [] }
      // Their threads are waited for when the pool is closed.
      state.others += released
      let opening = state.opening.filter { $0.key.owner == ObjectIdentifier(owner) }
      return (released, opening.values.compactMap(\.interrupt))
    }
    for interrupt in interrupts { interrupt.raise() }
    for connection in released { connection.retire() }
  }

  /// Whether the calling thread is one of a connection's.
  var isOnIOThread: Bool {
    monitor.withLock { state in
      state.connections.values.flatMap { $0 } + state.others + state.ending
    }.contains(where: \.isOnIOThread)
  }

  /// Ends every connection and waits for their threads, at most until `deadline`. Idempotent.
  package func close(until deadline: Deadline) {
    let (all, interrupts) = monitor.withLock { state -> ([StoreConnection], [Interrupt]) in
      state.isClosed = true
      state.ending += state.connections.values.flatMap { $0 } + state.others
      state.connections = [:]
      state.others = []
      return (state.ending, state.opening.values.compactMap(\.interrupt))
    }
    for interrupt in interrupts { interrupt.raise() }
    for connection in all {
      connection.fail(PravegaError.clientClosed(retry: .outcomeUnknown))
    }
    let left = all.filter { !$0.close(until: deadline) }
    monitor.withLock { state in
      state.ending.removeAll { one in !left.contains { $0 === one } }
    }
  }
}

extension ConnectionPool.State {
  /// Sorts out what takes no new flows: what still has some is closed with the pool.
  ///
  /// - Returns: what is over, to die outside of the lock.
  fileprivate mutating func setAside(_ key: ConnectionPool.Key) -> [StoreConnection] {
    let all = connections[key] ?? []
    let usable = all.filter(\.isUsable)
    guard usable.count < all.count || !others.isEmpty else { return [] }
    connections[key] = usable.isEmpty ? nil : usable
    let rest = others + all.filter { old in !usable.contains { $0 === old } }
    others = rest.filter { !$0.isOver }
    return rest
  }

  fileprivate mutating func choose(_ key: ConnectionPool.Key, limit: Int) -> ConnectionPool.Choice {
    guard !isClosed else { return .closed }
    let usable = connections[key] ?? []
    let least = usable.map { ($0.flowCount, $0) }.min { $0.0 < $1.0 }
    if let least, least.0 == 0 || usable.count >= limit { return .use(least.1) }
    if let opening = opening[key] { return least.map { .use($0.1) } ?? .wait(opening.future) }
    let promise = Promise<StoreConnection>()
    opening[key] = ConnectionPool.Opening(future: promise.future)
    return .open(promise)
  }
}
