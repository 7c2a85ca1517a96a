// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import PravegaThreads
internal import Synchronization

/// The engine of one connection: its transport, its IO thread and its sending token.
///
/// The IO thread receives, ticks, and sends what others could not. Whoever calls ``kick()`` takes
/// the token if it is free and sends at once, without waiting; when the socket is full, the rest
/// and the token go to the IO thread. Frames are never interleaved, and no IO thread ever stops
/// reading because it has something to send.
package final class Link: Sendable {
  private enum Phase {
    case new
    case running(Worker)
    case finished
  }

  let transport: any Transport
  let name: String
  let wakeUp: WakeUp
  let token = SendToken()
  /// Belongs to the holder of ``token``.
  let sending: Sending
  /// The token waits for the IO thread.
  let isHandedOver = Atomic<Bool>(false)
  let isEnding = Atomic<Bool>(false)
  let endsWhenSent = Atomic<Bool>(false)
  let isPaused = Atomic<Bool>(false)
  /// `pthread_self()` of the IO thread, 0 before it runs.
  let ioThread = Atomic<UInt>(0)
  /// ``kick()`` was called on the IO thread. Used by that thread only.
  let ioKick = IOFlag()
  let sendsAnywhere: Bool
  private let phase = Monitor(Phase.new)

  /// Takes the transport over: it is closed with the link.
  ///
  /// - Parameter name: name of the thread, at most 15 bytes: `prv-io-3`.
  package init(
    transport: any Transport, name: String, handler: any LinkHandler
  ) throws(NetError) {
    self.transport = transport
    self.name = name
    sendsAnywhere = transport.allowsSendingFromAnyThread
    sending = Sending(handler: handler)
    do { wakeUp = try WakeUp() } catch {
      transport.close()
      throw error
    }
  }

  /// Starts the IO thread, which keeps the link alive. Once.
  package func start() {
    let worker = Worker(name: name)
    let isNew = phase.withLock { phase -> Bool in
      guard case .new = phase else { return false }
      phase = .running(worker)
      return true
    }
    guard isNew else { return }
    worker.start { [self] in run() }
    guard !worker.didStart else { return }
    finishWithoutThread(
      NetError(.system, call: "pthread_create", code: EAGAIN, detail: "no thread to be had"))
  }

  /// Something is ready to send. From any thread, never waits; not under a lock, since it calls
  /// ``LinkHandler/linkNextBatch(_:)``.
  ///
  /// On the IO thread the sending follows when the handler's call has returned, so that many
  /// answers share one system call.
  package func kick() {
    if isOnIOThread {
      ioKick.isSet = true
      return
    }
    guard token.take() else { return }
    guard sendsAnywhere else { return handOver() }
    pump()
  }

  /// Asks for the end; returns at once. From any thread.
  package func shutdown() {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    transport.shutdown()
    wakeUp.signal()
  }

  /// Asks for the end after everything that is ready has been sent. From any thread.
  ///
  /// Whoever wants a bound on it calls ``close(until:)`` when the time is over.
  package func shutdownWhenSent() {
    endsWhenSent.store(true, ordering: .sequentiallyConsistent)
    wakeUp.signal()
  }

  /// Ends the link and waits until the handler's last call has returned, at most until
  /// `deadline`. From the IO thread itself it does not wait. Idempotent.
  ///
  /// - Returns: whether that call has returned.
  @discardableResult
  package func close(until deadline: Deadline) -> Bool {
    shutdown()
    let (worker, isNew) = phase.withLock { phase -> (Worker?, Bool) in
      switch phase {
      case .new:
        phase = .finished
        return (nil, true)
      case .running(let worker): return (worker, false)
      case .finished: return (nil, false)
      }
    }
    if isNew { finishWithoutThread(nil) }
    guard let worker else { return true }
    return !isOnIOThread && worker.join(until: deadline)
  }

  /// Stops receiving, so that the peer's sends fill up. For servers that shed load.
  package func pauseReading() { isPaused.store(true, ordering: .releasing) }

  package func resumeReading() {
    isPaused.store(false, ordering: .releasing)
    if !isOnIOThread { wakeUp.signal() }
  }

  /// Makes the IO thread do nothing for a part of a second, while others may send; ends at once
  /// with the link. On the IO thread only.
  package func rest(for duration: Duration) {
    var entries = [wakeUp.pollEntry]
    _ = try? System.poll(&entries, for: duration)
  }

  package var isOnIOThread: Bool {
    ioThread.load(ordering: .relaxed) == UInt(pthread_self())
  }

  private func finishWithoutThread(_ error: NetError?) {
    if !token.end() { awaitToken() }
    finish(error)
  }
}

/// What the holder of the sending token works with.
// @unchecked: only the token's holder touches it, and the token's atomics order the holders.
final class Sending: @unchecked Sendable {
  var batch = SendBatch()
  var handler: (any LinkHandler)?
  /// Ended the sending; the IO thread reports it.
  var failure: NetError?

  init(handler: any LinkHandler) { self.handler = handler }
}

/// A flag of one thread.
// @unchecked: read and written by the IO thread of its link only.
final class IOFlag: @unchecked Sendable {
  var isSet = false

  func take() -> Bool {
    defer { isSet = false }
    return isSet
  }
}
