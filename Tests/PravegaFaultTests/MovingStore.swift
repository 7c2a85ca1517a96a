// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaThreads

@testable import PravegaStandalone

/// A segment store at two addresses, of which one answers: it moves from one to the other, and the
/// controller names the one where it is.
final class MovingStore: Sendable {
  private struct State {
    var isElsewhere = false
    var moves = 0
  }

  private let server: StandaloneServer
  private let elsewhere: SegmentStoreServer
  private let plan: FaultPlan
  private let otherAddress: String
  private let monitor = Monitor(State())
  private let deadPort = KeptPort()

  /// Where nobody listens.
  let deadAddress: String

  /// - Parameter otherPlan: of the store at the other address; nil: the same.
  init(_ server: StandaloneServer, _ plan: FaultPlan, otherPlan: FaultPlan? = nil) throws {
    self.server = server
    self.plan = plan
    let core = server.controller.core
    elsewhere = SegmentStoreServer(
      core: server.store, faults: otherPlan ?? plan, sealSegment: { core.replaceSegment(named: $0) }
    )
    // Takes its port, which it keeps.
    otherAddress = try elsewhere.start().description
    elsewhere.stop(keepsPort: true)
    let nobody = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    deadAddress = nobody.endpoint.description
    deadPort.take(from: nobody)
  }

  var moveCount: Int { monitor.withLock { $0.moves } }

  /// Ends at its address, with all of its connections, and begins at the other one.
  ///
  /// - Parameter announced: what the controller says where it is, until ``announce()``.
  func move(announcing announced: String? = nil) throws {
    let wasElsewhere = monitor.withLock { state -> Bool in
      defer { state.isElsewhere.toggle() }
      state.moves += 1
      return state.isElsewhere
    }
    if wasElsewhere { try server.startNetwork(.store) } else { try elsewhere.start() }
    if let announced { announce(announced) } else { announce() }
    if wasElsewhere { elsewhere.stop(keepsPort: true) } else { server.stopNetwork(.store) }
  }

  /// Has the controller say where it is.
  func announce() {
    announce(monitor.withLock { $0.isElsewhere } ? otherAddress : server.storeEndpoint)
  }

  private func announce(_ address: String) {
    plan.add(FaultRule("getURI", repeats: true, .moved(address)))
  }

  /// Begins at the other address, once. The store at the first one stays, and says to every request
  /// that it owns nothing any more; with it the two must have plans of their own.
  func handOver() throws {
    monitor.withLock { state in
      state.isElsewhere = true
      state.moves += 1
    }
    try elsewhere.start()
    announce()
    for request in [
      "SetupAppend", "AppendBlockEnd", "ConditionalAppend", "ReadSegment", "GetStreamSegmentInfo",
      "GetSegmentAttribute", "UpdateSegmentAttribute",
    ] { plan.add(FaultRule(request, repeats: true, .wrongHost)) }
  }

  /// Ends where it is; ``start()`` begins there again.
  func stop() {
    if monitor.withLock({ $0.isElsewhere }) {
      elsewhere.stop(keepsPort: true)
    } else {
      server.stopNetwork(.store)
    }
  }

  func start() throws {
    if monitor.withLock({ $0.isElsewhere }) {
      try elsewhere.start()
    } else {
      try server.startNetwork(.store)
    }
  }

  func close() {
    elsewhere.stop()
    deadPort.release()
  }
}
