// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2
internal import PravegaNet
internal import PravegaThreads

/// One client's connection at the server.
final class ServerConnection: Sendable {
  struct State: Sendable {
    var http = HTTP2Connection(role: .server)
    var calls: [StreamID: IncomingCall] = [:]
    /// At least as many bytes of unfinished requests as there are. Counted anew when it matters:
    /// to add them up for each frame would cost more than all the rest.
    var mostBufferedBytes = 0
    /// Set once: after these bytes the connection ends, whatever else is ready.
    var lastWords: [UInt8]?
    var isOver = false
  }

  /// What a connection needs from its server.
  struct Owner: Sendable {
    let configuration: GRPCServerConfiguration
    let submit: @Sendable (@escaping @Sendable () -> Void) -> Bool
    let closed: @Sendable (_ number: Int) -> Void
  }

  let peer: GRPCServerPeer
  let owner: Owner
  let monitor = Monitor(State())
  let space = ReceiveSpace()
  let openedAt = Deadline.now
  private let link = Monitor<Link?>(nil)

  init(_ transport: any Transport, peer: GRPCServerPeer, owner: Owner) throws(NetError) {
    self.peer = peer
    self.owner = owner
    let link = try Link(
      transport: transport, name: "prv-srv-\(peer.number)", handler: self)
    self.link.withLock { $0 = link }
  }

  func start() {
    let link = link.withLock { $0 }
    link?.start()
    link?.kick()
  }

  func kick() { link.withLock { $0 }?.kick() }

  func shutdownWhenSent() { link.withLock { $0 }?.shutdownWhenSent() }

  func shutdown() { link.withLock { $0 }?.shutdown() }

  /// Says goodbye and ends the connection; calls that run learn that nobody waits.
  func close(until deadline: Deadline) {
    let calls = monitor.withLock { state -> [IncomingCall] in
      state.http.sendGoAway()
      return Array(state.calls.values)
    }
    let link = link.withLock { $0.take() }
    link?.kick()
    // First, so that no handler that notices the end looks to its caller as if it had done its work.
    link?.shutdown()
    for call in calls { call.call?.cancel() }
    link?.close(until: deadline)
  }
}

extension ServerConnection: LinkHandler {
  func linkReceiveSpace() -> UnsafeMutableRawBufferPointer { unsafe space.buffer }

  func linkReceived(_ count: Int) {
    let (work, isOver) = monitor.withLock { state -> ([Work], Bool) in
      let now = Deadline.now
      let events = unsafe state.http.receive(
        space.received(count), at: .nanoseconds(now.nanoseconds))
      let work = events.flatMap { handle($0, &state, now) }
      return (work, state.http.hasFailed || state.http.isDrained)
    }
    for item in work { perform(item) }
    kick()
    if isOver { shutdownWhenSent() }
  }

  func linkNextBatch(_ batch: inout SendBatch) -> Bool {
    let bytes = monitor.withLock { state -> [UInt8] in
      guard !state.isOver else { return [] }
      guard let lastWords = state.lastWords else { return state.http.takeOutput() }
      state.isOver = true
      return lastWords
    }
    batch.append(bytes)
    return !bytes.isEmpty
  }

  /// A client that has not said its first words in time is none.
  func linkTick() -> Deadline {
    guard !monitor.withLock({ $0.http.hasReceivedSettings }) else { return .distantFuture }
    let end = openedAt.advanced(by: owner.configuration.handshakeTimeout)
    guard end.hasPassed else { return end }
    shutdownWhenSent()
    return .after(.seconds(60))
  }

  func linkClosed(_ error: NetError?) {
    let calls = monitor.withLock { state -> [IncomingCall] in
      state.isOver = true
      defer { state.calls = [:] }
      return Array(state.calls.values)
    }
    for call in calls { call.call?.cancel() }
    _ = link.withLock { $0.take() }
    owner.closed(peer.number)
  }
}
