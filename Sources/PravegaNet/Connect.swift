// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import PravegaThreads

/// Connects to the first address of `endpoint` that answers.
///
/// Blocks the calling thread until the connection stands, at most until `deadline`. Each address
/// gets an equal share of the time left, so that an unreachable one leaves time for the others.
///
/// - Parameter interrupt: ends the wait from another thread.
/// - Throws: the failure of the address that came furthest: a refusal rather than a missing
///   route.
package func connectTCP(
  to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt? = nil
) throws(NetError) -> TCPTransport {
  let addresses = try Resolver.addresses(of: endpoint, deadline: deadline, interrupt: interrupt)
  var failures: [NetError] = []
  for (index, address) in addresses.enumerated() {
    let share = deadline.share(of: addresses.count - index)
    do {
      return try connect(to: address, of: endpoint, deadline: share, interrupt)
    } catch {
      if interrupt?.isRaised == true { throw error }
      failures.append(error)
    }
  }
  throw failures.first { $0.kind != .unreachable } ?? failures.first
    ?? NetError(.unknownHost, call: "getaddrinfo", endpoint: endpoint.description)
}

private func connect(
  to address: SocketAddress, of endpoint: Endpoint, deadline: Deadline, _ interrupt: Interrupt?
) throws(NetError) -> TCPTransport {
  let text = text(for: address, of: endpoint)
  do {
    let socket = try System.socket(family: address.family)
    try setOptions(socket.number)
    try System.connect(socket.number, address)
    let isReady = try System.wait(
      for: POLLOUT, of: socket.number, until: deadline, or: interrupt)
    guard isReady else { throw NetError.unfinished("connect", interrupt, endpoint: text) }
    let code = System.takeError(socket.number)
    if code != 0 { throw SystemFailure(call: "connect", code: code) }
    try refuseSelfConnection(socket.number)
    return TCPTransport(socket, peer: endpoint, name: text)
  } catch let error as SystemFailure {
    throw NetError(error, endpoint: text)
  } catch let error as NetError {
    throw error
  } catch {
    throw NetError(.system, call: "connect", endpoint: text, detail: String(describing: error))
  }
}

/// A connect to a free local port can meet itself when the system picks that very port for this
/// end. Nobody listens there, so it is a refusal.
private func refuseSelfConnection(_ descriptor: CInt) throws(SystemFailure) {
  guard let local = System.localAddress(descriptor), let peer = System.peerAddress(descriptor)
  else { return }
  if local.isSame(as: peer) { throw SystemFailure(call: "connect", code: ECONNREFUSED) }
}

/// Options of every connection, of both ends: no delay for small frames, and a dead peer is
/// noticed within a minute.
func setOptions(_ descriptor: CInt) throws(SystemFailure) {
  let tcp = CInt(IPPROTO_TCP)
  try System.setOption(descriptor, level: tcp, TCP_NODELAY, 1)
  try System.setOption(descriptor, level: SOL_SOCKET, SO_KEEPALIVE, 1)
  try System.setOption(descriptor, level: tcp, TCP_KEEPIDLE, 20)
  try System.setOption(descriptor, level: tcp, TCP_KEEPINTVL, 10)
  try System.setOption(descriptor, level: tcp, TCP_KEEPCNT, 3)
  try System.setOption(descriptor, level: tcp, TCP_USER_TIMEOUT, 60_000)
}

private func text(for address: SocketAddress, of endpoint: Endpoint) -> String {
  guard let numeric = address.endpoint, numeric.host != endpoint.host else {
    return endpoint.description
  }
  return "\(endpoint) (\(numeric.host))"
}

extension Deadline {
  /// The moment by which the first of `count` attempts should be done.
  fileprivate func share(of count: Int) -> Deadline {
    // The kernel gives up by itself after about two minutes; a share of never is never.
    guard self != .distantFuture, count > 1 else { return self }
    return .after(remaining / count)
  }
}
