// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaNet
internal import PravegaThreads

/// A Pravega server in this process: a controller and a segment store that speak the real
/// protocols and keep everything in memory.
///
/// Any Pravega client of any language can use it. The network can be taken away and given back
/// while the state stays, so that tests can restart "the server".
///
/// ```swift
/// let server = try StandaloneServer.start()
/// defer { server.close() }
/// print(server.controllerURI)
/// ```
///
/// One that is dropped without ``close()`` ends by itself soon after. Safe to use from any thread.
public final class StandaloneServer: Sendable {
  private struct State {
    var running: Set<Front> = []
    var isClosed = false
  }

  /// Where clients find the controller, for example `tcp://127.0.0.1:9090`. Stays the same while
  /// the network is stopped.
  public let controllerURI: String
  /// Where the segment store listens, `HOST:PORT`.
  public let storeEndpoint: String

  package let controller: ControllerService
  package let store: SegmentStore
  private let controllerFront: ControllerServer
  private let storeFront: SegmentStoreServer
  private let timers: Timers
  private let monitor = Monitor(State())

  /// Starts a server. Blocks the calling thread for some milliseconds; when it returns, clients
  /// can connect.
  ///
  /// - Throws: `PravegaError` with code `connectionFailed` when an address cannot be listened
  ///   at, `invalidArgument` for a configuration without sense.
  public static func start(
    _ configuration: Configuration = Configuration()
  ) throws -> StandaloneServer {
    let server = try StandaloneServer(configuration)
    do {
      try server.plant(configuration.seeds)
    } catch {
      server.close()
      throw error
    }
    StandaloneServer.scheduleTick(of: server.controller.core, server.timers)
    return server
  }

  private init(_ configuration: Configuration) throws {
    let announced = try StandaloneServer.announced(configuration)
    let secure = try StandaloneTLS(configuration)
    let store = SegmentStore(memoryLimit: configuration.maxMemory)
    let core = ControllerCore(storage: store) { wallClockMilliseconds() }
    let storeFront = SegmentStoreServer(
      core: store, host: configuration.host, port: configuration.storePort,
      upgrade: secure?.forStore, faults: configuration.faults,
      sealSegment: { core.replaceSegment(named: $0) }, log: configuration.logSink ?? { _ in })
    let storeEndpoint = try StandaloneServer.listening { () throws(NetError) in
      try storeFront.start()
    }
    let service = ControllerService(core: core) { caller in
      (announced?.host ?? caller.localHost, announced?.port ?? storeEndpoint.port)
    }
    let front = ControllerServer(service, faults: configuration.faults, secure: secure)
    let wanted = Endpoint(host: configuration.host, port: configuration.controllerPort)
    do {
      let endpoint = try StandaloneServer.listening { () throws(NetError) in
        try front.start(wanted)
      }
      controllerURI = (secure == nil ? "tcp://" : "tls://") + endpoint.description
    } catch {
      storeFront.stop()
      throw error
    }
    self.store = store
    self.storeFront = storeFront
    self.storeEndpoint = storeEndpoint.description
    controller = service
    controllerFront = front
    timers = Timers(name: "prv-ctrl-timer")
    monitor.withLock { $0.running = Set(Front.allCases) }
  }

  // MARK: - The network

  /// Ends the listeners and connections of some parts, all by default. Their state stays, and so do
  /// their ports. Blocks until their threads are gone, at most 10 seconds. Idempotent.
  public func stopNetwork(_ fronts: Front...) {
    let wanted = fronts.isEmpty ? Set(Front.allCases) : Set(fronts)
    let stopping = monitor.withLock { state in
      defer { state.running.subtract(wanted) }
      return state.running.intersection(wanted)
    }
    if stopping.contains(.controller) { controllerFront.stop(keepsPort: true) }
    if stopping.contains(.store) { storeFront.stop(keepsPort: true) }
  }

  /// Listens again, at the same ports. Does nothing for parts that run.
  ///
  /// - Throws: `PravegaError` with code `connectionFailed` when somebody else took a port
  ///   meanwhile, `objectClosed` after ``close()``.
  public func startNetwork(_ fronts: Front...) throws {
    let wanted = fronts.isEmpty ? Set(Front.allCases) : Set(fronts)
    let starting = try monitor.withLock { state in
      guard !state.isClosed else { throw PravegaError(.objectClosed, "The server is closed.") }
      return wanted.subtracting(state.running)
    }
    for front in Front.allCases where starting.contains(front) {
      _ = try StandaloneServer.listening { () throws(NetError) in
        switch front {
        case .controller: try controllerFront.restart()
        case .store: try storeFront.start()
        }
      }
      monitor.withLock { _ = $0.running.insert(front) }
    }
  }

  /// Ends every connection of the controller at once; clients may connect again.
  public func cutControllerConnections() { controllerFront.cutConnections() }

  /// Stops the network and everything else. Blocks until the server's threads are gone, at most
  /// 10 seconds. Idempotent.
  public func close() {
    let isFirst = monitor.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    guard isFirst else { return }
    stopNetwork()
    // Their ports are free from here on.
    controllerFront.stop()
    storeFront.stop()
    timers.close()
  }

  /// Dropped without a close: the network and the threads end by themselves.
  deinit {
    controllerFront.stop(until: .now)
    storeFront.stop(until: .now)
    timers.close(until: .now)
  }

  // MARK: - Parts of the start

  private static func announced(_ configuration: Configuration) throws -> Endpoint? {
    guard let text = configuration.announce else { return nil }
    guard let endpoint = Endpoint(parsing: text), endpoint.port > 0 else {
      throw PravegaError(
        .invalidArgument, "The text '\(text.prefix(600))' is no address to announce.",
        hint: "Write HOST:PORT.")
    }
    return endpoint
  }

  private static func listening(
    _ body: () throws(NetError) -> Endpoint
  ) throws(PravegaError) -> Endpoint {
    do {
      return try body()
    } catch {
      throw PravegaError(
        .connectionFailed, "The server cannot listen: \(error).", hint: hint(error),
        underlying: error)
    }
  }

  private static func hint(_ error: NetError) -> String {
    switch error.kind {
    case .addressInUse: "Choose another port, or 0 for any free one."
    case .unknownHost, .unreachable:
      "Listen at an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them."
    case .tooManyFiles: "Close what is not needed or raise the limit (ulimit -n)."
    default: "Choose a port from 1024 on, or 0 for any free one."
    }
  }

  private func plant(_ seeds: [Seed]) throws {
    for seed in seeds {
      let key = StreamKey(seed.scope, seed.stream)
      let core = controller.core
      _ = try? core.createScope(seed.scope)
      let status = try? core.createStream(key, .fixed(seed.segments))
      guard status == .success || status == .exists else {
        throw PravegaError(
          .invalidArgument, "The stream \(key) cannot be made.",
          hint: "Use letters, digits, '.' and '-', and at least one segment.")
      }
    }
  }

  /// Leases, watermarks and retention.
  private static func scheduleTick(of core: ControllerCore, _ timers: Timers) {
    timers.schedule(after: .milliseconds(ControllerCore.tickMilliseconds)) {
      core.tick()
      scheduleTick(of: core, timers)
    }
  }
}
