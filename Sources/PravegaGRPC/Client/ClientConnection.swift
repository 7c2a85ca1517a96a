// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2
internal import PravegaNet
internal import PravegaThreads

/// A standing connection of a client: its machine, its link and the calls that wait on it. Once it
/// has failed it stays so.
final class ClientConnection: Sendable {
  struct State: Sendable {
    var http: HTTP2Connection
    var keepAlive: KeepAlive
    var calls: [StreamID: PendingCall] = [:]
    var pings: [UInt64: Promise<Void>] = [:]
    var nextPing: UInt64 = 1
    var isReady = false
    /// Whatever is asked of the connection from now on fails with it.
    var failure: GRPCError?
  }

  let configuration: GRPCChannelConfiguration
  let monitor: Monitor<State>
  let space = ReceiveSpace()
  private let link = Monitor<Link?>(nil)

  /// Takes the transport over and starts the IO thread.
  init(_ transport: any Transport, _ configuration: GRPCChannelConfiguration) throws(NetError) {
    self.configuration = configuration
    var http = HTTP2Configuration()
    http.maxConcurrentStreams = 0
    let keepAlive = KeepAlive(
      interval: configuration.keepAliveInterval, timeout: configuration.keepAliveTimeout,
      withoutCalls: configuration.keepAliveWithoutCalls, now: .now)
    monitor = Monitor(
      State(http: HTTP2Connection(role: .client, configuration: http), keepAlive: keepAlive))
    let link = try Link(transport: transport, name: configuration.threadName, handler: self)
    self.link.withLock { $0 = link }
    link.start()
    link.kick()
  }

  /// Waits for the server's first word.
  func awaitReady(until deadline: Deadline) throws(GRPCError) {
    let failure = monitor.wait(until: deadline) { state -> GRPCError?? in
      if let failure = state.failure { return .some(failure) }
      return state.isReady ? .some(nil) : nil
    }
    guard let failure else { throw GRPCError(.peerIsSilent, wasProcessed: .none) }
    if let failure { throw failure }
  }

  var failure: GRPCError? {
    monitor.withLock { state in
      if let failure = state.failure { return failure }
      return state.http.isExhausted ? Self.exhausted : nil
    }
  }

  /// Ends the connection and wakes everybody who waits on it.
  func close(_ error: GRPCError, until deadline: Deadline) {
    let waiters = monitor.withLock { state -> Waiters in
      state.http.sendGoAway()
      return state.fail(error)
    }
    monitor.signalAll()
    waiters.fail()
    let link = link.withLock { $0.take() }
    link?.kick()
    link?.close(until: deadline)
  }

  func kick() { link.withLock { $0 }?.kick() }

  func shutdown() { link.withLock { $0 }?.shutdown() }

  func shutdownWhenSent() { link.withLock { $0 }?.shutdownWhenSent() }

  static let exhausted = GRPCError(.goAway(""), wasProcessed: .none)
}

/// Those who wait on a connection that failed, to be woken outside its lock.
struct Waiters {
  var calls: [(Promise<PendingCall.Outcome>, PendingCall.Outcome)] = []
  var pings: [(Promise<Void>, GRPCError?)] = []

  var isEmpty: Bool { calls.isEmpty && pings.isEmpty }

  func fail() {
    for (promise, outcome) in calls { promise.succeed(outcome) }
    for (promise, error) in pings {
      if let error { promise.fail(error) } else { promise.succeed(()) }
    }
  }
}

extension ClientConnection.State {
  /// The first failure counts; the calls that wait may have been processed.
  mutating func fail(_ error: GRPCError) -> Waiters {
    let error = failure ?? error
    failure = GRPCError(error.kind, wasProcessed: .none)
    defer {
      calls = [:]
      pings = [:]
    }
    let lost = PendingCall.Outcome.failure(GRPCError(error.kind, wasProcessed: .unknown))
    return Waiters(
      calls: calls.values.map { ($0.promise, lost) }, pings: pings.values.map { ($0, error) })
  }
}
