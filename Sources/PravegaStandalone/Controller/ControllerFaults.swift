// SPDX-License-Identifier: Apache-2.0

internal import PravegaGRPC
internal import PravegaNet
internal import PravegaProtobuf
internal import PravegaThreads

/// Applies a plan of faults to controller calls.
final class ControllerFaults: GRPCServerInterceptor {
  private let plan: FaultPlan
  /// Calls so far, by connection.
  private let counts = Monitor<[Int: Int]>([:])
  /// Counts of connections long gone are forgotten at this many.
  private static let mostConnections = 1024

  init(_ plan: FaultPlan) { self.plan = plan }

  func intercept(_ call: GRPCServerCall) -> [GRPCFault] {
    let connection = call.connection.number
    let ordinal = counts.withLock { counts in
      if counts.count > ControllerFaults.mostConnections { counts = [:] }
      counts[connection, default: 0] += 1
      return counts[connection] ?? 1
    }
    let decision = plan.decide(name: call.method, connection: connection, ordinal: ordinal)
    guard let decision else { return [] }
    let occasion = FaultOccasion(name: call.method, segment: nil, connection: connection)
    for body in decision.performed { body(occasion) }
    return faults(decision, call)
  }

  private func faults(_ decision: FaultDecision, _ call: GRPCServerCall) -> [GRPCFault] {
    var faults: [GRPCFault] = []
    if decision.reply.delay > .zero { faults.append(.delay(decision.reply.delay)) }
    if decision.reply.isDoubled { faults.append(.duplicate) }
    switch decision.instead {
    case .cut: faults.append(.cutBefore)
    case .hang: faults.append(.hang)
    case .expiredToken, .refusedToken:
      faults.append(.status(GRPCStatus(.unauthenticated, "Authentication failed")))
    case .status(let code):
      faults.append(.status(GRPCStatus(.init(rawValue: code) ?? .unknown, "injected")))
    case .answer(let bytes): faults.append(.answer(bytes))
    // Controllers do not answer that; the store does.
    case .wrongHost, nil: break
    }
    if call.method == "getURI", let moved = decision.movedAddress.flatMap({ Endpoint(parsing: $0) })
    {
      let node = Proto.NodeUri(endpoint: moved.host, port: Int32(moved.port))
      faults.append(.answer(node.serialized()))
    }
    if let count = decision.reply.cutAfter { faults.append(.cutAfter(bytes: count)) }
    if decision.reply.isDropped { faults.append(.drop) }
    return faults
  }
}
