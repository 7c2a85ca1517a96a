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
  private struct Key: Hashable {
    let endpoint: Endpoint
    let purpose: ConnectionPurpose
  }

  private struct State {
    var connections: [Key: [StoreConnection]] = [:]
    var opening: [Key: Future<StoreConnection>] = [:]
    var isClosed = false
  }

  private enum Choice {
    case use(StoreConnection)
    case open(Promise<StoreConnection>)
    case wait(Future<StoreConnection>)
    case closed
  }

  private let factory: any ConnectionFactory
  private let maxPerStore: Int
  private let monitor = Monitor(State())

  /// - Parameter maxPerStore: connections for appends, and as many for reads, to one store.
  package init(factory: any ConnectionFactory, maxPerStore: Int = 2) {
    self.factory = factory
    self.maxPerStore = max(1, maxPerStore)
  }

  /// A connection for one more flow: the one with the fewest, or a new one. Blocks while
  /// connecting, at most until `deadline`; callers that want the same connection wait together.
  package func connection(
    to endpoint: Endpoint, for purpose: ConnectionPurpose, until deadline: Deadline
  ) throws(PravegaError) -> StoreConnection {
    let key = Key(endpoint: endpoint, purpose: purpose)
    switch choose(key) {
    case .use(let connection): return connection
    case .open(let promise): return try open(key, promise, deadline)
    case .wait(let future):
      do { return try future.get(until: deadline) } catch {
        throw error as? PravegaError
          ?? PravegaError(
            .connectionFailed, "\(endpoint) could not be connected to in time.", retry: .safe)
      }
    case .closed:
      throw PravegaError(.objectClosed, "The client is closed.")
    }
  }

  private func choose(_ key: Key) -> Choice {
    let limit = key.purpose == .request ? 1 : maxPerStore
    return monitor.withLock { state in
      guard !state.isClosed else { return .closed }
      let usable = (state.connections[key] ?? []).filter(\.isUsable)
      state.connections[key] = usable.isEmpty ? nil : usable
      let least = usable.map { ($0.flowCount, $0) }.min { $0.0 < $1.0 }
      if let least, least.0 == 0 || usable.count >= limit { return .use(least.1) }
      if let opening = state.opening[key] { return least.map { .use($0.1) } ?? .wait(opening) }
      let promise = Promise<StoreConnection>()
      state.opening[key] = promise.future
      return .open(promise)
    }
  }

  private func open(
    _ key: Key, _ promise: Promise<StoreConnection>, _ deadline: Deadline
  ) throws(PravegaError) -> StoreConnection {
    do throws(PravegaError) {
      let connection = try StoreConnection.open(
        to: key.endpoint, with: factory, deadline: deadline)
      let isClosed = monitor.withLock { state -> Bool in
        state.opening[key] = nil
        guard !state.isClosed else { return true }
        state.connections[key, default: []].append(connection)
        return false
      }
      guard !isClosed else {
        connection.close(until: .after(.seconds(1)))
        throw PravegaError(.objectClosed, "The client is closed.")
      }
      promise.succeed(connection)
      return connection
    } catch {
      monitor.withLock { $0.opening[key] = nil }
      promise.fail(error)
      throw error
    }
  }

  /// Number of connections that are open; for tests and metrics.
  package var count: Int {
    monitor.withLock { $0.connections.values.reduce(0) { $0 + $1.filter(\.isUsable).count } }
  }

  /// Ends every connection and waits for their threads, at most until `deadline`. Idempotent.
  package func close(until deadline: Deadline) {
    let all = monitor.withLock { state -> [StoreConnection] in
      state.isClosed = true
      defer { state.connections = [:] }
      return state.connections.values.flatMap { $0 }
    }
    for connection in all {
      connection.fail(PravegaError(.objectClosed, "The client was closed.", retry: .outcomeUnknown))
    }
    for connection in all { connection.close(until: deadline) }
  }
}
