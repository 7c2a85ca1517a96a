// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
package import PravegaThreads

/// One connection to a gRPC server, made at the first call, shared by any number of callers.
///
/// A channel whose connection has failed stays failed: its owner looks the address up again and
/// makes a new one. Safe to use from any thread.
package final class GRPCChannel: Sendable {
  private enum Phase: Sendable {
    case idle
    /// With what a close can end, as soon as there is something.
    case connecting(Attempt?)
    case open(ClientConnection)
    case failed(GRPCError)
    case closed
  }

  private enum Attempt: Sendable {
    case dialing(Interrupt)
    case greeting(ClientConnection)
  }

  private enum Step: Sendable {
    case use(ClientConnection)
    case connect
    case fail(GRPCError)
  }

  private let configuration: GRPCChannelConfiguration
  private let phase = Monitor(Phase.idle)

  package init(_ configuration: GRPCChannelConfiguration) { self.configuration = configuration }

  /// Makes one unary call.
  ///
  /// Blocks the calling thread until the reply is there, at most until `deadline`; then the server
  /// is told to give up too.
  ///
  /// - Parameters:
  ///   - path: `/package.Service/method`.
  ///   - metadata: sent with the request; printable ASCII only.
  package func call(
    _ path: String, metadata: GRPCMetadata = GRPCMetadata(), request: [UInt8], deadline: Deadline
  ) throws(GRPCError) -> GRPCReply {
    guard request.count <= configuration.maxMessageSize else {
      throw GRPCError(.requestTooLarge, wasProcessed: .none)
    }
    if let name = metadata.invalidName {
      throw GRPCError(.invalidMetadata(name), wasProcessed: .none)
    }
    return try connection(until: deadline)
      .call(path, metadata, request, deadline: deadline)
  }

  /// Blocks until the server has answered a PING, at most until `deadline`. Connects if need be.
  package func ping(deadline: Deadline) throws(GRPCError) {
    try connection(until: deadline).ping(deadline: deadline)
  }

  /// Whether a call may still succeed on this channel.
  package var isUsable: Bool {
    switch phase.withLock({ $0 }) {
    case .idle, .connecting: true
    case .open(let connection): connection.failure == nil
    case .failed, .closed: false
    }
  }

  /// Ends the connection; every call that waits fails with `.closed`. Returns when the IO thread
  /// is gone, at most at `deadline`. Idempotent, from any thread.
  package func close(until deadline: Deadline = .after(.seconds(5))) {
    let before = phase.withLock { phase in
      defer { phase = .closed }
      return phase
    }
    phase.signalAll()
    switch before {
    case .open(let connection), .connecting(.greeting(let connection)):
      connection.close(Self.closed, until: deadline)
    case .connecting(.dialing(let interrupt)): interrupt.raise()
    case .idle, .connecting(nil), .failed, .closed: return
    }
  }

  deinit {
    if case .open(let connection) = phase.withLock({ $0 }) { connection.shutdown() }
  }

  private static let closed = GRPCError(.closed, wasProcessed: .none)

  // MARK: Connecting

  /// The connection, made by the first caller while the others wait for him.
  private func connection(until deadline: Deadline) throws(GRPCError) -> ClientConnection {
    let step = phase.wait(until: deadline) { phase -> Step? in
      switch phase {
      case .idle:
        phase = .connecting(nil)
        return .connect
      case .connecting: return nil
      case .open(let connection): return .use(connection)
      case .failed(let error): return .fail(error)
      case .closed: return .fail(Self.closed)
      }
    }
    switch step {
    case .use(let connection): return connection
    case .fail(let error): throw error
    case .connect: return try connect(until: deadline)
    case nil: throw GRPCError(.deadlineExceeded, wasProcessed: .none)
    }
  }

  private func connect(until deadline: Deadline) throws(GRPCError) -> ClientConnection {
    let limit = Deadline.after(configuration.connectTimeout)
    let result = attempt(until: .earlier(deadline, limit))
    // This caller's haste says nothing about the server: the next one tries anew.
    let wasHasty = deadline < limit && deadline.hasPassed
    let wasClosed = phase.withLock { phase -> Bool in
      if case .closed = phase { return true }
      switch result {
      case .success(let connection): phase = .open(connection)
      case .failure(let error): phase = wasHasty ? .idle : .failed(error)
      }
      return false
    }
    phase.signalAll()
    switch result {
    case .success(let connection):
      guard wasClosed else { return connection }
      connection.close(Self.closed, until: .after(.seconds(1)))
      throw Self.closed
    case .failure(let error):
      if wasClosed { throw Self.closed }
      throw wasHasty ? GRPCError(.deadlineExceeded, wasProcessed: .none) : error
    }
  }

  private func attempt(until deadline: Deadline) -> Result<ClientConnection, GRPCError> {
    do throws(NetError) {
      let interrupt = try Interrupt()
      guard reach(.dialing(interrupt)) else { return .failure(Self.closed) }
      let transport = try configuration.connect(deadline, interrupt)
      let connection = try ClientConnection(transport, configuration)
      let isWanted = reach(.greeting(connection))
      do throws(GRPCError) {
        guard isWanted else { throw Self.closed }
        try connection.awaitReady(until: deadline)
        return .success(connection)
      } catch {
        connection.close(error, until: .after(.seconds(1)))
        return .failure(error)
      }
    } catch {
      return .failure(Self.connectFailure(error))
    }
  }

  /// False when the channel was closed meanwhile.
  private func reach(_ attempt: Attempt) -> Bool {
    phase.withLock { phase in
      guard case .connecting = phase else { return false }
      phase = .connecting(attempt)
      return true
    }
  }

  private static func connectFailure(_ error: NetError) -> GRPCError {
    guard error.kind == .tls(.peerIsNotTLS) else {
      return GRPCError(.connectFailed(error), wasProcessed: .none)
    }
    return GRPCError(.notHTTP2(.plainText), wasProcessed: .none)
  }
}
