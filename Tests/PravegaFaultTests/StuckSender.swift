// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import PravegaCore
import PravegaNet
import PravegaThreads

/// Makes connections of which the first keeps a thread that sends, from ``arm()`` until ``free()``:
/// the thread holds the connection's token meanwhile, as one does that the system has suspended.
final class StuckSender: ConnectionFactory {
  private struct State {
    var opened = 0
    var isArmed = false
    var hasEnded = false
    var hasClosed = false
  }

  private let base = SocketConnectionFactory()
  private let monitor = Monitor(State())
  private let entered = DispatchSemaphore(value: 0)
  private let mayGo = DispatchSemaphore(value: 0)

  var openedCount: Int { monitor.withLock { $0.opened } }

  /// Whether the first connection's descriptor was given back.
  var hasClosedFirst: Bool { monitor.withLock { $0.hasClosed } }

  /// The next thread that sends is kept.
  func arm() { monitor.withLock { $0.isArmed = true } }

  func waitUntilStuck() -> Bool { entered.wait(timeout: .now() + 10) == .success }

  /// Waits until the receiving thread has seen the end of the first connection.
  func waitUntilEndIsSeen() -> Bool {
    monitor.wait(until: .after(.seconds(10))) { $0.hasEnded ? true : nil } ?? false
  }

  /// Whether there is a second connection by then.
  func waitForSecond(until deadline: Deadline) -> Bool {
    monitor.wait(until: deadline) { $0.opened > 1 ? true : nil } ?? false
  }

  func free() { mayGo.signal() }

  func connect(
    to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt?
  ) throws(PravegaError) -> any Transport {
    let transport = try base.connect(to: endpoint, deadline: deadline, interrupt: interrupt)
    let isFirst = monitor.withLock { state -> Bool in
      state.opened += 1
      return state.opened == 1
    }
    monitor.signalAll()
    return isFirst ? Stuck(transport, self) : transport
  }

  private func keep() {
    let isMeant = monitor.withLock { state -> Bool in
      defer { state.isArmed = false }
      return state.isArmed
    }
    guard isMeant else { return }
    entered.signal()
    _ = mayGo.wait(timeout: .now() + 30)
  }

  private func noteEnd() {
    monitor.withLock { $0.hasEnded = true }
    monitor.signalAll()
  }

  private final class Stuck: Transport {
    private let base: any Transport
    private let owner: StuckSender

    init(_ base: any Transport, _ owner: StuckSender) { (self.base, self.owner) = (base, owner) }

    var descriptor: CInt { base.descriptor }
    var allowsSendingFromAnyThread: Bool { true }
    var peer: Endpoint? { base.peer }

    func receive(into space: UnsafeMutableRawBufferPointer) throws(NetError) -> TransportRead {
      let result = try base.receive(into: space)
      if result == .end { owner.noteEnd() }
      return result
    }

    func send(_ buffers: UnsafeBufferPointer<iovec>) throws(NetError) -> TransportWrite {
      owner.keep()
      return try base.send(buffers)
    }

    func shutdown() { base.shutdown() }
    func shutdownSending() { base.shutdownSending() }

    func close() {
      owner.monitor.withLock { $0.hasClosed = true }
      base.close()
    }
  }
}
