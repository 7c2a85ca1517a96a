// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2
internal import PravegaNet
internal import PravegaThreads

extension ClientConnection: LinkHandler {
  func linkReceiveSpace() -> UnsafeMutableRawBufferPointer { unsafe space.buffer }

  func linkReceived(_ count: Int) {
    let (waiters, isOver) = monitor.withLock { state -> (Waiters, Bool) in
      let now = Deadline.now
      state.keepAlive.heard(now)
      let events = unsafe state.http.receive(
        space.received(count), at: .nanoseconds(now.nanoseconds))
      let waiters = state.handle(events)
      return (waiters, state.http.hasFailed || (state.http.isExhausted && state.calls.isEmpty))
    }
    monitor.signalAll()
    waiters.fail()
    kick()
    if isOver { shutdownWhenSent() }
  }

  func linkNextBatch(_ batch: inout SendBatch) -> Bool {
    let bytes = monitor.withLock { $0.http.takeOutput() }
    batch.append(bytes)
    return !bytes.isEmpty
  }

  func linkTick() -> Deadline {
    let step = monitor.withLock { state -> KeepAlive.Step in
      let step = state.keepAlive.next(.now, hasCalls: !state.calls.isEmpty)
      if step == .ping { _ = state.sendPing(nil) }
      return step
    }
    switch step {
    case .wait(let deadline): return deadline
    case .ping:
      kick()
      return .after(configuration.keepAliveTimeout)
    case .giveUp:
      endForSilence()
      return .after(configuration.keepAliveTimeout)
    }
  }

  func endForSilence() {
    let error = NetError(.timedOut, call: "keep-alive", detail: "the peer does not answer")
    let waiters = monitor.withLock {
      $0.fail(GRPCError(.connectionLost(error), wasProcessed: .unknown))
    }
    monitor.signalAll()
    waiters.fail()
    shutdownWhenSent()
  }

  func linkClosed(_ error: NetError?) {
    let waiters = monitor.withLock { state -> Waiters in
      // Before its first word the peer may be anything, and many servers just hang up.
      let isEnd = error == nil || error?.kind == .closed || error?.kind == .reset
      if !state.isReady, let error, case .tls = error.kind {
        // With TLS 1.3 a server refuses a client when that has its handshake behind it.
        return state.fail(GRPCError(.connectFailed(error), wasProcessed: .none))
      }
      let kind: GRPCError.Kind =
        !state.isReady && isEnd ? .notHTTP2(.closesAtOnce) : .connectionLost(error)
      return state.fail(GRPCError(kind, wasProcessed: .unknown))
    }
    monitor.signalAll()
    waiters.fail()
  }
}
