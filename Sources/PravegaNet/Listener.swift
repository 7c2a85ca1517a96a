// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import PravegaThreads

/// A listening socket.
package final class Listener: Sendable {
  private struct State: ~Copyable {
    var socket: FileDescriptor?
    /// Threads inside ``accept(until:)``.
    var acceptCount = 0
    var isClosed = false
    /// ``closeKeepingPort()`` wants the socket.
    var keepsPort = false
  }

  /// Where it listens, with the port that the system chose for 0.
  package let endpoint: Endpoint
  private let descriptor: CInt
  private let monitor: Monitor<State>
  private let wakeUp: WakeUp

  /// Binds and listens.
  ///
  /// - Parameter endpoint: an address of this machine; port 0 takes any free one.
  package init(_ endpoint: Endpoint, backlog: Int = 128) throws(NetError) {
    let addresses = try Resolver.addresses(
      of: endpoint, deadline: .after(.seconds(5)), passive: true)
    // `localhost` may mean ::1 first, which those who connect to 127.0.0.1 would not find.
    guard let address = addresses.first(where: { $0.family == AF_INET }) ?? addresses.first else {
      throw NetError(.unknownHost, call: "getaddrinfo", endpoint: endpoint.description)
    }
    wakeUp = try WakeUp()
    do {
      // A socket keeps only a port that it asked for, when it stops listening: so the one that is
      // given a free port is not the one that listens.
      let first = try Listener.bound(to: address)
      let socket = try Listener.bound(to: System.localAddress(first.number) ?? address)
      try System.listen(socket.number, backlog: CInt(clamping: backlog))
      let bound = System.localAddress(socket.number)?.endpoint
      self.endpoint = Endpoint(host: endpoint.host, port: bound?.port ?? endpoint.port)
      descriptor = socket.number
      monitor = Monitor(State(socket: consume socket))
    } catch {
      wakeUp.close()
      throw NetError(error, endpoint: endpoint.description)
    }
  }

  private static func bound(to address: SocketAddress) throws(SystemFailure) -> FileDescriptor {
    let socket = try System.socket(family: address.family)
    try System.setOption(socket.number, level: SOL_SOCKET, SO_REUSEADDR, 1)
    try System.bind(socket.number, address)
    return socket
  }

  /// Blocks the calling thread until a client connects, at most until `deadline`.
  ///
  /// A shortage of descriptors does not end it: it looks again, until there is one or the
  /// deadline passes.
  ///
  /// - Throws: `.timedOut` at the deadline, `.closed` after ``close()``.
  package func accept(until deadline: Deadline) throws(NetError) -> TCPTransport {
    try enter()
    defer { leave() }
    while true {
      switch attempt() {
      case .accepted(let transport): return transport
      case .nothing: try wait(for: [descriptor, wakeUp.descriptor], until: deadline)
      case .again: continue
      case .shortage(let error):
        let pause = Deadline.after(.milliseconds(50))
        if deadline <= pause {
          try? wait(for: [wakeUp.descriptor], until: deadline)
          throw isClosed ? NetError(.closed, call: "accept") : error
        }
        do { try wait(for: [wakeUp.descriptor], until: pause) } catch {
          if error.kind != .timedOut { throw error }
        }
      case .failed(let error): throw error
      }
    }
  }

  /// Stops listening: threads in ``accept(until:)`` return, and the port is free afterwards.
  /// Idempotent, from any thread.
  package func close() {
    shutdown()
    _ = monitor.wait(until: .after(.seconds(5))) { $0.acceptCount == 0 ? true : nil }
  }

  /// The same, but the port stays taken.
  ///
  /// - Returns: what holds the port while it lives; nil when the listener was closed already.
  func closeKeepingPort() -> FileDescriptor? {
    monitor.withLock { $0.keepsPort = !$0.isClosed }
    close()
    let socket = monitor.withLock { state -> FileDescriptor? in
      let isKept = state.keepsPort && state.acceptCount == 0
      state.keepsPort = false
      return isKept ? state.socket.take() : nil
    }
    guard let socket else { return nil }
    wakeUp.close()
    // Ends what waits in the queue; on Linux the socket stays bound.
    System.shutdown(socket.number)
    return socket
  }

  /// The same without waiting: the last thread that leaves ``accept(until:)`` frees the port.
  package func shutdown() {
    monitor.withLock { $0.isClosed = true }
    wakeUp.signal()
    freeIfOver()
  }

  private func freeIfOver() {
    let socket = monitor.withLock { state -> FileDescriptor? in
      guard state.isClosed, state.acceptCount == 0, !state.keepsPort else { return nil }
      return state.socket.take()
    }
    if socket != nil { wakeUp.close() }
  }

  private enum Attempt {
    case accepted(TCPTransport)
    case nothing
    case again
    case shortage(NetError)
    case failed(NetError)
  }

  private var isClosed: Bool { monitor.withLock { $0.isClosed } }

  private func attempt() -> Attempt {
    if isClosed {
      return .failed(NetError(.closed, call: "accept", endpoint: endpoint.description))
    }
    do {
      var address = SocketAddress()
      let socket = try System.accept(descriptor, from: &address)
      // A peer that is gone already makes these fail; the first receive will tell.
      try? setOptions(socket.number)
      return .accepted(TCPTransport(socket, peer: address.endpoint))
    } catch {
      return outcome(of: error)
    }
  }

  /// Errors of a connection that ended in the queue are not errors of the listener.
  private func outcome(of failure: SystemFailure) -> Attempt {
    let error = NetError(failure, endpoint: endpoint.description)
    switch failure.code {
    case EAGAIN: return .nothing
    case ECONNABORTED, EPROTO, ENETDOWN, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH, ENOPROTOOPT,
      EOPNOTSUPP, ENONET, EPERM:
      return .again
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .shortage(error)
    default: return .failed(error)
    }
  }

  private func wait(for descriptors: [CInt], until deadline: Deadline) throws(NetError) {
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    do {
      if try System.poll(&entries, until: deadline) > 0 { return }
    } catch {
      throw NetError(error, endpoint: endpoint.description)
    }
    throw NetError(.timedOut, call: "accept", endpoint: endpoint.description)
  }

  private func enter() throws(NetError) {
    let entered = monitor.withLock { state -> Bool in
      guard !state.isClosed else { return false }
      state.acceptCount += 1
      return true
    }
    if !entered { throw NetError(.closed, call: "accept", endpoint: endpoint.description) }
  }

  private func leave() {
    monitor.withLock { $0.acceptCount -= 1 }
    freeIfOver()
    monitor.signalAll()
  }
}
