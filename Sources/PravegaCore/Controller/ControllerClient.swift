// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
internal import PravegaProtobuf
package import PravegaThreads

/// Speaks to the controllers of a cluster over gRPC.
///
/// Connections are made by the first call. Calls go to the controllers in turn; one that fails is
/// left alone for a while. Safe to use from any thread.
package final class ControllerClient: Controller {
  /// Makes the transport to one controller; must not block.
  package typealias Connect = @Sendable (Endpoint) -> any UnaryTransport

  private struct State {
    var endpoints: ControllerEndpoints
    var transports: [Endpoint: any UnaryTransport] = [:]
    var wasReached = false
    var nextDiscovery: Deadline?
    var isDiscovering = false
    var isClosed = false
  }

  let settings: ControllerSettings
  let clock: RetryClock
  private let connect: Connect
  private let signal: ClosingSignal
  private let monitor: Monitor<State>

  package init(
    _ settings: ControllerSettings, clock: RetryClock? = nil, connect: @escaping Connect
  ) {
    let signal = ClosingSignal()
    self.signal = signal
    self.settings = settings
    self.clock = clock ?? .system(signal)
    self.connect = connect
    monitor = Monitor(State(endpoints: ControllerEndpoints(settings.bootstrap)))
  }

  /// Ends all calls and connections, at most until `deadline`.
  package func close(until deadline: Deadline) {
    signal.close()
    let transports = monitor.withLock { state in
      state.isClosed = true
      defer { state.transports = [:] }
      return Array(state.transports.values)
    }
    for transport in transports { transport.close(until: deadline) }
  }
}

// MARK: - Which controller

extension ControllerClient {
  /// The controller whose turn it is, and the way to it; nil after a close.
  func nextTransport() -> (Endpoint, any UnaryTransport)? {
    let now = clock.now()
    let step = monitor.withLock { state -> (Endpoint, (any UnaryTransport)?)? in
      guard !state.isClosed, let endpoint = state.endpoints.next(now) else { return nil }
      return (endpoint, state.transports[endpoint])
    }
    guard let (endpoint, known) = step else { return nil }
    if let known { return (endpoint, known) }
    // Made outside of the lock; a thread that was quicker wins.
    let made = connect(endpoint)
    let used = monitor.withLock { state -> (any UnaryTransport)? in
      guard !state.isClosed else { return nil }
      if let other = state.transports[endpoint] { return other }
      state.transports[endpoint] = made
      return made
    }
    if used !== made { made.close(until: .now) }
    return used.map { (endpoint, $0) }
  }

  /// Whether any controller has answered yet.
  var wasReached: Bool { monitor.withLock { $0.wasReached } }

  func note(_ failure: CallFailure?, at endpoint: Endpoint) {
    let now = clock.now()
    monitor.withLock { state in
      if failure?.reachedController ?? true { state.wasReached = true }
      if failure?.blamesEndpoint ?? false {
        state.endpoints.failed(endpoint, now)
        return
      }
      if failure == nil { state.endpoints.succeeded(endpoint) }
    }
  }
}

// MARK: - Discovery

extension ControllerClient {
  /// Whether the caller is the one to ask for the list of controllers now.
  func beginDiscovery() -> Bool {
    guard settings.uri.scheme.discovers else { return false }
    let now = clock.now()
    let retryInterval = settings.discoveryRetryInterval
    return monitor.withLock { state in
      guard !state.isDiscovering else { return false }
      if let due = state.nextDiscovery, now < due {
        // None of them answers: ask earlier, but not at every call.
        let early = due.advanced(by: retryInterval - settings.discoveryInterval)
        guard state.endpoints.areAllDead(now), now >= early else { return false }
      }
      state.isDiscovering = true
      return true
    }
  }

  /// Takes the answer, nil when there was none, and closes the way to those that are gone.
  func endDiscovery(_ endpoints: [Endpoint]?) {
    let now = clock.now()
    let wait = endpoints == nil ? settings.discoveryRetryInterval : settings.discoveryInterval
    let gone = monitor.withLock { state -> [any UnaryTransport] in
      state.isDiscovering = false
      state.nextDiscovery = now.advanced(by: wait)
      state.endpoints.discover(endpoints ?? [])
      let known = Set(state.endpoints.all + settings.bootstrap)
      let gone = state.transports.filter { !known.contains($0.key) }
      for endpoint in gone.keys { state.transports[endpoint] = nil }
      return Array(gone.values)
    }
    for transport in gone { transport.close(until: now) }
  }
}
