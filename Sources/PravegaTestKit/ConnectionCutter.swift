// SPDX-License-Identifier: Apache-2.0

package import PravegaCore
package import PravegaNet
package import PravegaThreads

/// Makes connections to the stores that end where a test wants them to: after exactly so many bytes,
/// or all of them now.
package final class ConnectionCutter: ConnectionFactory {
  /// Where a connection ends.
  package struct Limit: Sendable, Hashable {
    /// So many bytes are sent, then the connection ends.
    package var sent = Int.max
    /// So many bytes are received, then the connection ends.
    package var received = Int.max

    package init(sent: Int = .max, received: Int = .max) {
      self.sent = sent
      self.received = received
    }
  }

  private struct State {
    var opened = 0
    var limits: [Int: Limit] = [:]
    var transports: [LimitedTransport] = []
    var refuses = false
  }

  private let base: any ConnectionFactory
  private let monitor = Monitor(State())

  package init(_ base: any ConnectionFactory = SocketConnectionFactory()) { self.base = base }

  /// How many connections were made.
  package var openedCount: Int { monitor.withLock { $0.opened } }

  /// What went through the n-th connection, counted from 1.
  package func traffic(of number: Int) -> (sent: Int, received: Int)? {
    let transport = monitor.withLock { state in
      state.transports.indices.contains(number - 1) ? state.transports[number - 1] : nil
    }
    return transport?.traffic
  }

  /// Says where the n-th connection ends, counted from 1. Also for one that is open already.
  package func cut(_ number: Int, at limit: Limit) {
    let transport = monitor.withLock { state -> LimitedTransport? in
      state.limits[number] = limit
      return state.transports.indices.contains(number - 1) ? state.transports[number - 1] : nil
    }
    transport?.limit = limit
  }

  /// Ends all connections at once; new ones may be made.
  package func cutAll() {
    for transport in monitor.withLock({ $0.transports }) { transport.shutdown() }
  }

  /// While true, connections are refused.
  package var refuses: Bool {
    get { monitor.withLock { $0.refuses } }
    set { monitor.withLock { $0.refuses = newValue } }
  }

  package func connect(
    to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt?
  ) throws(PravegaError) -> any Transport {
    guard !refuses else {
      throw PravegaError(.connectionFailed, "\(endpoint) is cut off.", retry: .safe)
    }
    let transport = LimitedTransport(
      try base.connect(to: endpoint, deadline: deadline, interrupt: interrupt))
    let limit = monitor.withLock { state -> Limit? in
      state.opened += 1
      state.transports.append(transport)
      return state.limits[state.opened]
    }
    if let limit { transport.limit = limit }
    return transport
  }
}
