// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PravegaThreads
internal import Synchronization

extension Link {
  /// What the IO thread knows from one turn to the next.
  private struct Loop {
    let handler: any LinkHandler
    var tick: Deadline
    var holdsToken = false
    /// What the held token waits for.
    var sendWantsRead = false
    /// More is ready than one turn sends.
    var sendAtOnce = false
    var readWantsWrite = false
    /// More has arrived than one turn takes.
    var readAtOnce = false
    var entries: [pollfd]
  }

  private enum End: Error {
    case asked
    case failed(NetError)
  }

  /// Calls of `receive` per turn, so that ticks and sends get theirs.
  private static let receivesPerTurn = 16

  /// The IO thread.
  func run() {
    ioThread.store(UInt(pthread_self()), ordering: .relaxed)
    guard let handler = sending.handler else { return }
    var loop = Loop(
      handler: handler, tick: handler.linkTick(),
      // A TLS handshake may have read more than itself.
      readAtOnce: transport.mayHoldInput,
      entries: [
        pollfd(fd: transport.descriptor, events: 0, revents: 0), wakeUp.pollEntry,
      ])
    do {
      while true { try turn(&loop) }
    } catch {
      end(&loop, error)
    }
  }

  private func turn(_ loop: inout Loop) throws(End) {
    try sendIfKicked(&loop)
    guard !isEnding.load(ordering: .acquiring) else { throw .asked }
    try endWhenSent(&loop)
    let (canRead, canWrite) = try wait(&loop)
    guard !isEnding.load(ordering: .acquiring) else { throw .asked }
    if isHandedOver.exchange(false, ordering: .acquiringAndReleasing) {
      loop.holdsToken = true
      loop.sendAtOnce = true
    }
    if canRead || loop.readAtOnce || (canWrite && loop.readWantsWrite) {
      try receive(&loop)
    }
    if loop.holdsToken, loop.sendAtOnce || canWrite || (canRead && loop.sendWantsRead) {
      try send(&loop)
    }
    if loop.tick.hasPassed { loop.tick = loop.handler.linkTick() }
  }

  // MARK: Waiting

  private func wait(_ loop: inout Loop) throws(End) -> (canRead: Bool, canWrite: Bool) {
    let paused = isPaused.load(ordering: .acquiring)
    var events: CInt = 0
    if !paused || (loop.holdsToken && loop.sendWantsRead) { events |= POLLIN }
    if (loop.holdsToken && !loop.sendWantsRead) || loop.readWantsWrite { events |= POLLOUT }
    loop.entries[0].events = Int16(events)
    loop.entries[0].revents = 0
    loop.entries[1].revents = 0
    let busy = (loop.holdsToken && loop.sendAtOnce) || (loop.readAtOnce && !paused)
    do {
      _ = try System.poll(&loop.entries, until: busy ? .now : loop.tick)
    } catch {
      throw .failed(NetError(error))
    }
    if loop.entries[1].revents != 0 { wakeUp.clear() }
    let seen = CInt(loop.entries[0].revents)
    let broken = seen & (POLLHUP | POLLERR | POLLNVAL) != 0
    if broken && paused { throw .failed(brokenWhilePaused()) }
    return (seen & POLLIN != 0 || broken, seen & POLLOUT != 0 || broken)
  }

  private func brokenWhilePaused() -> NetError {
    let code = System.takeError(transport.descriptor)
    return NetError(
      code == 0 ? .closed : NetError.Kind(errno: code), call: "poll", code: code,
      endpoint: transport.peer?.description)
  }

  // MARK: Receiving

  private func receive(_ loop: inout Loop) throws(End) {
    loop.readAtOnce = false
    loop.readWantsWrite = false
    for _ in 0..<Link.receivesPerTurn {
      guard !isPaused.load(ordering: .acquiring) else {
        loop.readAtOnce = transport.mayHoldInput
        return
      }
      let space = unsafe loop.handler.linkReceiveSpace()
      guard unsafe !space.isEmpty else { return pauseReading() }
      guard let count = try unsafe receive(&loop, into: space) else { return }
      do { try loop.handler.linkReceived(count) } catch { throw refusal(error) }
      try sendIfKicked(&loop)
      guard !isEnding.load(ordering: .acquiring) else { throw .asked }
      // Less than the space: nothing more has arrived, and `poll` is due anyway.
      if count < space.count && !transport.mayHoldInput { return }
    }
    loop.readAtOnce = true
  }

  /// Nil when there is nothing now.
  private func receive(
    _ loop: inout Loop, into space: UnsafeMutableRawBufferPointer
  ) throws(End) -> Int? {
    let result: TransportRead
    do { result = try unsafe transport.receive(into: space) } catch { throw .failed(error) }
    switch result {
    case .bytes(let count): return count
    case .wouldBlock(let wantsWrite):
      loop.readWantsWrite = wantsWrite
      return nil
    case .end:
      throw .failed(
        NetError(.closed, call: "recv", endpoint: transport.peer?.description))
    }
  }

  private func refusal(_ error: any Error) -> End {
    if let error = error as? NetError { return .failed(error) }
    return .failed(
      NetError(
        .rejectedByHandler, call: "recv", endpoint: transport.peer?.description,
        detail: String(describing: error)))
  }

  // MARK: Sending

  private func sendIfKicked(_ loop: inout Loop) throws(End) {
    while ioKick.take() {
      // A held token waits for the socket and looks for more by itself.
      guard !loop.holdsToken, token.take() else { return }
      loop.holdsToken = true
      try send(&loop)
    }
  }

  private func send(_ loop: inout Loop) throws(End) {
    loop.sendAtOnce = false
    loop.sendWantsRead = false
    switch sendUntilReleased() {
    case .released: loop.holdsToken = false
    case .blocked(let wantsRead): loop.sendWantsRead = wantsRead
    case .turnOver: loop.sendAtOnce = true
    case .failed: throw failure()
    case .ending: throw .asked
    }
  }

  private func failure() -> End {
    sending.failure.map { .failed($0) } ?? .asked
  }

  private func endWhenSent(_ loop: inout Loop) throws(End) {
    guard endsWhenSent.load(ordering: .acquiring), !loop.holdsToken, token.take() else { return }
    loop.holdsToken = true
    try send(&loop)
    if !loop.holdsToken { throw .asked }
  }

  // MARK: The end

  private func end(_ loop: inout Loop, _ end: End) {
    if case .asked = end, !isEnding.load(ordering: .acquiring) { linger(&loop) }
    let wasAsked = isEnding.exchange(true, ordering: .acquiringAndReleasing)
    transport.shutdown()
    if !token.end(), !loop.holdsToken { awaitToken() }
    switch end {
    case .asked: finish(wasAsked ? nil : sending.failure)
    case .failed(let error): finish(wasAsked ? nil : (sending.failure ?? error))
    }
  }

  /// Lets the peer read the last bytes: a socket closed with unread input resets the connection,
  /// and a reset takes with it what the peer has not read.
  private func linger(_ loop: inout Loop) {
    transport.shutdownSending()
    let deadline = Deadline.after(Link.longestLinger)
    loop.entries[0].events = Int16(POLLIN)
    while !deadline.hasPassed, !isEnding.load(ordering: .acquiring) {
      let space = unsafe loop.handler.linkReceiveSpace()
      guard space.count > 0 else { return }
      guard let result = try? unsafe transport.receive(into: space), result != .end else { return }
      guard case .wouldBlock = result else { continue }
      guard let count = try? System.poll(&loop.entries, until: deadline), count > 0 else { return }
      if loop.entries[1].revents != 0 { wakeUp.clear() }
    }
  }

  private static let longestLinger = Duration.seconds(1)

  /// By the last holder of the token, once.
  func finish(_ error: NetError?) {
    sending.batch.removeAll()
    let handler = sending.handler
    // The handler knows the link: without this neither would ever be freed.
    sending.handler = nil
    handler?.linkClosed(error)
    transport.close()
    wakeUp.close()
  }
}
