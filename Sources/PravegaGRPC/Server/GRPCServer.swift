// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// A server of unary gRPC calls. It can be stopped and started again, also at the same port.
///
/// Safe to use from any thread.
package final class GRPCServer: Sendable {
  /// One period between start and stop.
  private struct Session {
    let listener: Listener
    let pool: HandlerPool
    var acceptor: Worker?
    var handshakes: [Worker] = []
    var connections: [Int: ServerConnection] = [:]
  }

  private struct State {
    var session: Session?
    var nextNumber = 1
  }

  private let configuration: GRPCServerConfiguration
  private let monitor = Monitor(State())
  private let keptPort = KeptPort()

  package init(_ configuration: GRPCServerConfiguration) { self.configuration = configuration }

  /// Listens; port 0 takes any free one.
  ///
  /// - Returns: where the server can be reached.
  /// - Throws: what `bind` says; `.addressInUse` also when this server runs already.
  @discardableResult
  package func start(_ endpoint: Endpoint) throws(NetError) -> Endpoint {
    let listener = try Listener(endpoint)
    let pool = HandlerPool(
      maxThreads: configuration.maxHandlerThreads, maxWaiting: configuration.maxWaitingCalls)
    let isFirst = monitor.withLock { state -> Bool in
      guard state.session == nil else { return false }
      state.session = Session(listener: listener, pool: pool)
      return true
    }
    guard isFirst else {
      listener.close()
      throw NetError(
        .addressInUse, call: "start", endpoint: listener.endpoint.description,
        detail: "the server runs already")
    }
    keptPort.release()
    let acceptor = Worker.start(name: "prv-rpc-accept") { [self] in accept(listener, pool) }
    monitor.withLock { $0.session?.acceptor = acceptor }
    return listener.endpoint
  }

  /// Connections that stand now.
  package var connectionCount: Int { monitor.withLock { $0.session?.connections.count ?? 0 } }

  /// Stops listening, ends all connections and joins all threads, at most until the deadline: a
  /// handler that blocks must look at its call's `isCancelled`. Idempotent. With a deadline that has
  /// passed it waits for nothing, and all of them end by themselves.
  ///
  /// - Parameter keepsPort: nobody else gets the port until the next start or stop.
  /// - Returns: whether every thread is gone.
  @discardableResult
  package func stop(
    until deadline: Deadline = .after(.seconds(5)), keepsPort: Bool = false
  ) -> Bool {
    if !keepsPort { keptPort.release() }
    guard let session = monitor.withLock({ $0.session.take() }) else { return true }
    if keepsPort { keptPort.take(from: session.listener) }
    if deadline.hasPassed { session.listener.shutdown() } else { session.listener.close() }
    var areGone = session.acceptor?.join(until: deadline) ?? true
    for connection in session.connections.values { connection.close(until: deadline) }
    for worker in session.handshakes { areGone = worker.join(until: deadline) && areGone }
    return session.pool.close(until: deadline) && areGone
  }

  /// Ends every connection at once and goes on listening.
  package func cutConnections() {
    let connections = monitor.withLock { state in
      state.session.map { Array($0.connections.values) } ?? []
    }
    for connection in connections { connection.shutdown() }
  }

  // MARK: Connections

  private func accept(_ listener: Listener, _ pool: HandlerPool) {
    while true {
      let transport: TCPTransport
      do throws(NetError) {
        transport = try listener.accept(until: .distantFuture)
      } catch {
        if error.kind == .closed { return }
        guard isCurrent(listener) else { return }
        continue
      }
      admit(transport, listener, pool)
    }
  }

  private func isCurrent(_ listener: Listener) -> Bool {
    monitor.withLock { $0.session?.listener === listener }
  }

  private func admit(_ transport: TCPTransport, _ listener: Listener, _ pool: HandlerPool) {
    let number = monitor.withLock { state -> Int? in
      guard let session = state.session, session.listener === listener,
        session.connections.count + session.handshakes.count < configuration.maxConnections
      else { return nil }
      defer { state.nextNumber += 1 }
      return state.nextNumber
    }
    guard let number else { return transport.close() }
    let peer = GRPCServerPeer(
      number: number, remote: transport.peer, local: transport.local,
      isSecure: configuration.secure != nil)
    guard let secure = configuration.secure else {
      return serve(transport, peer, listener, pool)
    }
    // A client that takes its time over the handshake keeps nobody else waiting.
    let worker = Worker.start(name: "prv-rpc-tls") { [self] in
      let end = Deadline.after(configuration.handshakeTimeout)
      if let secured = try? secure(transport, end) { serve(secured, peer, listener, pool) }
    }
    let known = monitor.withLock { state -> [Worker] in
      guard state.session?.listener === listener else { return [] }
      state.session?.handshakes.append(worker)
      return state.session?.handshakes ?? []
    }
    // Those that are dropped die outside of the lock.
    withExtendedLifetime(known) {
      let finished = Set(known.filter(\.hasFinished).map(ObjectIdentifier.init))
      monitor.withLock { state in
        guard state.session?.listener === listener else { return }
        state.session?.handshakes.removeAll { finished.contains(ObjectIdentifier($0)) }
      }
    }
  }

  private func serve(
    _ transport: any Transport, _ peer: GRPCServerPeer, _ listener: Listener, _ pool: HandlerPool
  ) {
    let owner = ServerConnection.Owner(
      configuration: configuration, submit: { pool.submit($0) },
      closed: { [self] number in forget(number, listener) })
    // The link closes the transport when it cannot be made.
    guard let connection = try? ServerConnection(transport, peer: peer, owner: owner) else {
      return
    }
    let isWelcome = monitor.withLock { state -> Bool in
      guard state.session?.listener === listener else { return false }
      state.session?.connections[peer.number] = connection
      return true
    }
    guard isWelcome else { return connection.close(until: .after(.seconds(1))) }
    connection.start()
  }

  private func forget(_ number: Int, _ listener: Listener) {
    let gone = monitor.withLock { state -> ServerConnection? in
      guard state.session?.listener === listener else { return nil }
      return state.session?.connections.removeValue(forKey: number)
    }
    _ = gone
  }
}
