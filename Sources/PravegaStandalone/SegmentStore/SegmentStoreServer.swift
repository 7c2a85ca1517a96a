// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// The network front of the embedded segment store.
///
/// It can be stopped and started again over the same core, on the same port: clients see a
/// server that restarts without losing its state.
package final class SegmentStoreServer: Sendable {
  /// Turns an accepted connection into a secure one. Blocks at most until the deadline.
  package typealias Upgrade =
    @Sendable (TCPTransport, Deadline) throws(NetError) -> any Transport

  private struct State {
    var listener: Listener?
    var acceptor: Worker?
    var connections: [Int: Link] = [:]
    /// Connections whose handshake is under way.
    var handshakes: [ObjectIdentifier: TCPTransport] = [:]
    var accepted = 0
    /// Port that the first start took; later ones take it again.
    var port: UInt16
    var timers: Timers?
    var lastLogged: Deadline?
  }

  package let core: SegmentStore
  private let host: String
  private let upgrade: Upgrade?
  private let faults: FaultPlan?
  private let tokens: TokenVerifier?
  private let log: @Sendable (String) -> Void
  private let sealSegment: @Sendable (String) -> Void
  private let monitor: Monitor<State>
  private let keptPort = KeptPort()

  /// Prepares a server; ``start()`` opens it.
  ///
  /// - Parameters:
  ///   - core: the state that it shows.
  ///   - port: 0 takes any free one.
  ///   - upgrade: makes connections secure; nil: plain TCP.
  ///   - tokens: checks delegation tokens; nil: any will do.
  ///   - sealSegment: seals a segment when a fault asks for it; nil: the core does.
  ///   - log: gets a line when clients are held back.
  package init(
    core: SegmentStore, host: String = "127.0.0.1", port: UInt16 = 0, upgrade: Upgrade? = nil,
    faults: FaultPlan? = nil, tokens: TokenVerifier? = nil,
    sealSegment: (@Sendable (String) -> Void)? = nil,
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.core = core
    self.host = host
    self.upgrade = upgrade
    self.faults = faults
    self.tokens = tokens
    self.sealSegment = sealSegment ?? { name in try? core.seal(name) }
    self.log = log
    monitor = Monitor(State(port: port))
  }

  /// Where it listens; nil while it is stopped.
  package var endpoint: Endpoint? { monitor.withLock { $0.listener?.endpoint } }

  /// How many connections are open.
  package var connectionCount: Int { monitor.withLock { $0.connections.count } }

  // MARK: - Life cycle

  /// Binds and accepts. Does nothing when it is started already.
  ///
  /// - Returns: where it listens.
  @discardableResult
  package func start() throws(NetError) -> Endpoint {
    let port = monitor.withLock { $0.listener == nil ? $0.port : nil }
    guard let port else { return endpoint ?? Endpoint(host: host, port: 0) }
    let listener = try Listener(Endpoint(host: host, port: port))
    let timers = faults.map { _ in Timers(name: "prv-store-timer") }
    monitor.withLock { state in
      state.listener = listener
      state.port = listener.endpoint.port
      state.timers = timers
    }
    keptPort.release()
    let acceptor = Worker.start(name: "prv-store-acc") { [self] in
      while let transport = try? listener.accept(until: .distantFuture) { welcome(transport) }
    }
    monitor.withLock { $0.acceptor = acceptor }
    return listener.endpoint
  }

  /// Ends the listener and all connections and waits for their threads, at most until `deadline`.
  /// The core keeps its state. Idempotent. With a deadline that has passed it waits for nothing, and
  /// all of them end by themselves.
  ///
  /// - Parameter keepsPort: nobody else gets the port until the next start or stop.
  package func stop(
    until deadline: Deadline = .after(.seconds(10)), keepsPort: Bool = false
  ) {
    let (listener, acceptor, timers) = monitor.withLock { state in
      defer { (state.listener, state.acceptor, state.timers) = (nil, nil, nil) }
      return (state.listener, state.acceptor, state.timers)
    }
    if keepsPort, let listener { keptPort.take(from: listener) }
    if !keepsPort { keptPort.release() }
    if deadline.hasPassed { listener?.shutdown() } else { listener?.close() }
    _ = acceptor?.join(until: deadline)
    let (links, handshakes) = monitor.withLock { state in
      (Array(state.connections.values), Array(state.handshakes.values))
    }
    for transport in handshakes { transport.shutdown() }
    for link in links { link.shutdown() }
    for link in links { link.close(until: deadline) }
    _ = monitor.wait(until: deadline) { $0.handshakes.isEmpty ? true : nil }
    timers?.close(until: deadline)
  }

  // MARK: - Connections

  private func welcome(_ transport: TCPTransport) {
    guard let upgrade else { return serve(transport) }
    // A handshake takes round trips; others are accepted meanwhile.
    let id = ObjectIdentifier(transport)
    let isOpen = monitor.withLock { state in
      if state.listener != nil { state.handshakes[id] = transport }
      return state.listener != nil
    }
    guard isOpen else { return transport.close() }
    _ = Worker.start(name: "prv-store-tls") { [self] in
      if let secure = try? upgrade(transport, .after(.seconds(10))) { serve(secure) }
      monitor.withLock { $0.handshakes[id] = nil }
      monitor.signalAll()
    }
  }

  private func serve(_ transport: any Transport) {
    let (number, timers) = monitor.withLock { state in
      state.accepted += 1
      return (state.accepted, state.timers)
    }
    let services = StoreServices(
      faults: faults, tokens: tokens, timers: timers, sealSegment: sealSegment,
      log: { [self] in logSeldom($0) },
      closed: { [self] number in forget(number) })
    let connection = StoreConnection(core: core, services: services, number: number)
    guard
      let link = try? Link(
        transport: transport, name: "prv-store-\(number)", handler: connection)
    else { return }
    connection.attach(link)
    let isOpen = monitor.withLock { state in
      if state.listener != nil { state.connections[number] = link }
      return state.listener != nil
    }
    guard isOpen else {
      link.close(until: .now)
      return
    }
    link.start()
  }

  private func forget(_ number: Int) {
    let link = monitor.withLock { $0.connections.removeValue(forKey: number) }
    _ = link
  }

  /// One line in ten seconds is enough.
  private func logSeldom(_ line: String) {
    let isDue = monitor.withLock { state -> Bool in
      if let last = state.lastLogged, !last.hasPassed { return false }
      state.lastLogged = .after(.seconds(10))
      return true
    }
    if isDue { log(line) }
  }
}
