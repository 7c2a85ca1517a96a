// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads
internal import PravegaWire
internal import Synchronization

/// One connection to a segment store, shared by many flows.
///
/// Requests are queued as ready frames; append flows are only noted, and asked for their blocks
/// when the connection can send. Safe to call from any thread; nothing blocks except
/// ``open(to:with:deadline:)`` and ``close(until:)``.
package final class StoreConnection: Sendable {
  struct State {
    var link: Link?
    var flows: [FlowID: any FlowHandler] = [:]
    /// Whole frames, in order.
    var frames: [[UInt8]] = []
    /// Append flows with an open block.
    var ready: [FlowID] = []
    /// Append flows with a full block: they go without waiting.
    var full: [FlowID] = []
    var appendFlows: [FlowID: any AppendFlow] = [:]
    /// Append blocks that are sent and not acknowledged.
    var inFlight = 0
    var pace = SendingPace()
    /// Append blocks that were acknowledged in all.
    var acknowledged = 0
    var failure: PravegaError?
    /// No new flows: it is being replaced. Closes when the last flow leaves.
    var isRetired = false
  }

  package let endpoint: Endpoint
  let monitor = Monitor(State())
  let receiver: ConnectionReceiver
  private let hello = Promise<Void>()
  private let sole = Atomic<Bool>(true)
  // What the pool asks under its own lock.
  private let flowTotal = Atomic<Int>(0)
  private let usable = Atomic<Bool>(true)
  private let ended = Atomic<Bool>(false)

  /// Below so many unacknowledged blocks an open block goes at once.
  static let eagerBlocks = 1
  /// So many open blocks go together. With many segments the others wait their turn and fill up
  /// meanwhile: a block costs the same with one event as with fifty.
  static let blocksAtATime = 64
  static let helloTimeout = Duration.seconds(5)

  /// One without a link: it sends nothing by itself.
  init(endpoint: Endpoint, _ liveness: LivenessSettings = LivenessSettings()) {
    self.endpoint = endpoint
    receiver = ConnectionReceiver(liveness)
  }

  /// Connects, exchanges Hello and starts the IO thread. Blocks at most until `deadline`.
  package static func open(
    to endpoint: Endpoint, with factory: any ConnectionFactory,
    liveness: LivenessSettings = LivenessSettings(), deadline: Deadline
  ) throws(PravegaError) -> StoreConnection {
    let connection = try start(
      to: endpoint, with: factory, liveness: liveness, deadline: deadline)
    try connection.awaitHello(until: deadline)
    return connection
  }

  /// Connects, sends Hello and starts the IO thread; ``awaitHello(until:)`` follows.
  static func start(
    to endpoint: Endpoint, with factory: any ConnectionFactory, liveness: LivenessSettings,
    deadline: Deadline, interrupt: Interrupt? = nil
  ) throws(PravegaError) -> StoreConnection {
    let transport = try factory.connect(
      to: endpoint, deadline: deadline, interrupt: interrupt)
    let connection = StoreConnection(endpoint: endpoint, liveness)
    let link = try connection.makeLink(transport)
    let hello = try WireCodec.hello()
    connection.monitor.withLock { state in
      state.link = link
      state.frames.append(hello)
    }
    link.start()
    link.kick()
    return connection
  }

  /// Waits for the other side's Hello; a failure ends the connection.
  func awaitHello(until deadline: Deadline) throws(PravegaError) {
    do {
      try hello.future.get(until: deadline)
    } catch {
      close(until: .after(.seconds(1)))
      if let error = error as? PravegaError { throw error }
      throw PravegaError(
        .connectionFailed, "The server at \(endpoint) accepted the connection but did not answer.",
        hint: "Check that the address is a segment store's, and that the store is in good health.",
        retry: .safe,
        context: .init(endpoint: endpoint.description))
    }
  }

  private func makeLink(_ transport: any Transport) throws(PravegaError) -> Link {
    do throws(NetError) {
      return try Link(transport: transport, name: ThreadNames.nextIO(), handler: self)
    } catch {
      throw ErrorTranslation.connection(error, to: endpoint)
    }
  }

  // MARK: - Flows

  /// Lets `flow` receive the replies that carry its id. False when the connection is gone.
  package func add(_ flow: any FlowHandler, id: FlowID) -> Bool {
    let appends = flow as? any AppendFlow
    return monitor.withLock { state in
      guard state.failure == nil, !state.isRetired else { return false }
      state.flows[id] = flow
      flowTotal.store(state.flows.count, ordering: .relaxed)
      if let appends {
        state.appendFlows[id] = appends
        sole.store(state.appendFlows.count <= 1, ordering: .relaxed)
      }
      return true
    }
  }

  package func removeFlow(_ id: FlowID) { remove(id, inFlight: 0, isAppend: false) }

  /// - Parameter inFlight: how many of its blocks were sent and not acknowledged.
  package func removeAppendFlow(_ id: FlowID, inFlight: Int) {
    remove(id, inFlight: inFlight, isAppend: true)
  }

  private func remove(_ id: FlowID, inFlight: Int, isAppend: Bool) {
    let (link, isOver, dropped) = monitor.withLock { state -> (Link?, Bool, (any FlowHandler)?) in
      let dropped = state.flows.removeValue(forKey: id)
      flowTotal.store(state.flows.count, ordering: .relaxed)
      if isAppend, state.appendFlows.removeValue(forKey: id) != nil {
        state.inFlight -= inFlight
        sole.store(state.appendFlows.count <= 1, ordering: .relaxed)
      }
      return (state.link, state.isRetired && state.flows.isEmpty, dropped)
    }
    _ = dropped
    if isOver { link?.shutdown() } else { link?.kick() }
  }

  var flowCount: Int { flowTotal.load(ordering: .relaxed) }
  var isUsable: Bool { usable.load(ordering: .acquiring) }
  /// Whether its thread is done with it.
  var isOver: Bool { ended.load(ordering: .acquiring) }
  /// Whether at most one append flow uses the connection.
  var isSole: Bool { sole.load(ordering: .relaxed) }

  /// Takes no new flows; ends when the last one leaves.
  package func retire() {
    let link = monitor.withLock { state -> Link? in
      state.isRetired = true
      usable.store(false, ordering: .releasing)
      return state.flows.isEmpty ? state.link : nil
    }
    link?.shutdown()
  }

  // MARK: - Sending

  /// Queues whole frames. False when the connection is gone.
  @discardableResult
  package func send(_ frames: [UInt8]...) -> Bool {
    let link = monitor.withLock { state -> Link? in
      guard state.failure == nil else { return nil }
      state.frames.append(contentsOf: frames)
      return state.link
    }
    link?.kick()
    return link != nil
  }

  /// Notes that an append flow has something to send.
  func wake(_ flow: FlowID, isFull: Bool) {
    let link = monitor.withLock { state -> Link? in
      guard state.failure == nil else { return nil }
      if isFull { state.full.append(flow) } else { state.ready.append(flow) }
      return state.canSend ? state.link : nil
    }
    link?.kick()
  }

  /// Blocks of a flow were acknowledged: others may go.
  func acknowledged(_ blockCount: Int) {
    monitor.withLock { state in
      state.inFlight -= blockCount
      state.acknowledged &+= blockCount
    }
  }

  /// Ends the connection; every flow hears of it.
  package func fail(_ error: PravegaError) {
    let link = monitor.withLock { state -> Link? in
      if state.failure == nil { state.failure = error }
      usable.store(false, ordering: .releasing)
      return state.link
    }
    link?.shutdown()
  }

  var isOnIOThread: Bool { monitor.withLock { $0.link }?.isOnIOThread ?? false }

  /// Ends the connection and waits for its thread. Idempotent; at most until `deadline`.
  ///
  /// - Returns: whether that thread has ended.
  @discardableResult
  package func close(until deadline: Deadline) -> Bool {
    fail(PravegaError(.objectClosed, "The connection was closed.", retry: .safe))
    return monitor.withLock { $0.link }?.close(until: deadline) ?? true
  }
}

extension StoreConnection.State {
  /// What goes out next; nil when nothing may.
  fileprivate mutating func takeWork() -> (frames: [[UInt8]], flows: [any AppendFlow])? {
    guard canSend else { return nil }
    var ids = full
    full = []
    if inFlight < StoreConnection.eagerBlocks {
      let count = min(ready.count, StoreConnection.blocksAtATime)
      ids += ready[..<count]
      ready.removeFirst(count)
    }
    defer { frames = [] }
    return (frames, ids.compactMap { appendFlows[$0] })
  }

  /// Whether a fast round is over and only half-empty blocks wait.
  fileprivate mutating func endRound() -> Bool {
    guard inFlight == 0 else { return false }
    let isFast = pace.endRound(at: .now)
    return isFast && !ready.isEmpty && full.isEmpty && frames.isEmpty
  }

  var canSend: Bool {
    !frames.isEmpty || !full.isEmpty || (!ready.isEmpty && inFlight < StoreConnection.eagerBlocks)
  }
}

extension StoreConnection: LinkHandler {
  package func linkReceiveSpace() -> UnsafeMutableRawBufferPointer {
    unsafe receiver.frames.receiveSpace()
  }

  package func linkReceived(_ count: Int) throws {
    do { try receiver.received(count) { frame in try dispatch(frame) } } catch {
      // The link passes a description on only.
      fail(failure(for: error))
      throw error
    }
    // After a fast round others fill their blocks while this thread rests; full ones go meanwhile.
    let restful = monitor.withLock { $0.endRound() ? $0.link : nil }
    restful?.rest(for: SendingPace.gatheringPause)
    // Acknowledgements may have made room for blocks that wait.
    let link = monitor.withLock { $0.canSend ? $0.link : nil }
    link?.kick()
  }

  package func linkNextBatch(_ batch: inout SendBatch) -> Bool {
    while let work = monitor.withLock({ $0.takeWork() }) {
      for frame in work.frames { batch.append(frame) }
      var blockCount = 0
      let before = batch.byteCount
      for flow in work.flows { blockCount += flow.takeBlocks(for: self, into: &batch) }
      if blockCount > 0 {
        let byteCount = batch.byteCount - before
        monitor.withLock { state in
          state.inFlight += blockCount
          state.pace.sent(byteCount, at: .now)
        }
      }
      if !work.frames.isEmpty || blockCount > 0 { return true }
    }
    return false
  }

  package func linkTick() -> Deadline {
    let (isAwaited, unacknowledged, acknowledged) = monitor.withLock { state in
      (
        state.inFlight > 0 || state.flows.values.contains { $0.awaitsReply }, state.inFlight,
        state.acknowledged
      )
    }
    switch receiver.look(
      isAwaited: isAwaited, unacknowledged: unacknowledged, acknowledged: acknowledged)
    {
    case .alive: return receiver.nextLook
    case .sendKeepAlive:
      send(WireCodec.keepAlive)
      return receiver.nextLook
    case .dead:
      fail(
        PravegaError(
          .connectionFailed, "The segment store \(endpoint) has not answered for too long.",
          hint: "Check that the store is in good health, and the network between.",
          retry: .safe,
          context: .init(endpoint: endpoint.description)))
      return .distantFuture
    }
  }

  package func linkClosed(_ error: NetError?) {
    usable.store(false, ordering: .releasing)
    let cause = endBeforeHello(error) ?? error.map { ErrorTranslation.connection($0, to: endpoint) }
    let (flows, failure) = monitor.withLock { state -> ([any FlowHandler], PravegaError) in
      let failure =
        state.failure ?? cause
        ?? PravegaError(
          .connectionFailed, "The segment store \(endpoint) closed the connection.",
          hint: "Try again; if it goes on, look at the segment store's log.", retry: .safe,
          context: .init(endpoint: endpoint.description))
      state.failure = failure
      defer {
        state.flows = [:]
        state.appendFlows = [:]
        state.frames = []
        state.ready = []
        state.full = []
        state.link = nil
      }
      return (Array(state.flows.values), failure)
    }
    hello.fail(failure)
    for flow in flows { flow.connectionLost(self, failure) }
    ended.store(true, ordering: .releasing)
  }

  /// For a flow that may have been added when the others heard of the loss already.
  func reportLoss(to flow: any FlowHandler) {
    if let failure = monitor.withLock({ $0.failure }) { flow.connectionLost(self, failure) }
  }

  /// What the peer's bytes, which this connection cannot use, say about the peer.
  private func failure(for error: any Error) -> PravegaError {
    let known = error as? PravegaError
    if receiver.isPeerKnown || known?.code == .unsupportedOperation {
      return known
        ?? PravegaError(
          .invalidMessage, "The segment store \(endpoint) broke the protocol: \(error).",
          hint: "Look at the segment store's log.", retry: .safe,
          context: .init(endpoint: endpoint.description), underlying: error)
    }
    return ForeignPeer(receiver.firstBytes).error(endpoint)
  }

  /// A peer that leaves without Hello, with or without some bytes of another protocol.
  private func endBeforeHello(_ error: NetError?) -> PravegaError? {
    guard !receiver.isPeerKnown else { return nil }
    // With TLS 1.3 a server refuses a client when that has its handshake behind it.
    if let error, case .tls = error.kind {
      return ErrorTranslation.connection(error, to: endpoint)
    }
    guard ForeignPeer.mayBeStore(receiver.firstBytes) else {
      return ForeignPeer(receiver.firstBytes).error(endpoint)
    }
    return PravegaError(
      .connectionFailed, "The server at \(endpoint) closed the connection without an answer.",
      hint: "Check that it is a segment store, and whether it wants TLS.", retry: .safe,
      context: .init(endpoint: endpoint.description))
  }

  private func dispatch(_ frame: ReceivedFrame) throws(PravegaError) {
    switch frame.code {
    case WireCodec.helloCode:
      try WireCodec.checkHello(frame, from: endpoint)
      receiver.peerIsKnown()
      hello.succeed(())
    case WireCodec.keepAliveCode: return
    default:
      guard receiver.isPeerKnown else { throw ForeignPeer.unknown.error(endpoint) }
      guard let requestID = WireCodec.requestID(of: frame) else {
        throw WireCodec.malformed(frame, from: endpoint)
      }
      guard receiver.isPeerKnown else { throw WireCodec.malformed(frame, from: endpoint) }
      let id = FlowID(requestID: requestID)
      guard let flow = monitor.withLock({ $0.flows[id] }) else {
        // A reply to a flow that has left is dropped, except for one that a store may have put a
        // wrong request id on: whoever it was for would wait for ever.
        if frame.code == AuthTokenCheckFailed.code { throw tokenRefusal }
        return
      }
      flow.received(frame, on: self)
    }
  }

  private var tokenRefusal: PravegaError {
    PravegaError(
      .tokenExpired, "\(endpoint) refused the token of a request that it does not name.",
      retry: .safe, context: .init(endpoint: endpoint.description))
  }
}
