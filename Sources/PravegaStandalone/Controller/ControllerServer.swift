// SPDX-License-Identifier: Apache-2.0

internal import PravegaGRPC
internal import PravegaNet
internal import PravegaThreads

/// The network front of the controller. It can be stopped and started again at the same port.
final class ControllerServer: Sendable {
  private let server: GRPCServer
  private let endpoint = Monitor<Endpoint?>(nil)

  init(_ service: ControllerService, faults: FaultPlan?, secure: StandaloneTLS?) {
    var handlers: [String: GRPCHandler] = [:]
    for method in ControllerService.methods {
      handlers["/\(ControllerService.name)/\(method)"] = { call in
        try ControllerServer.answer(call, method, service)
      }
    }
    var configuration = GRPCServerConfiguration(handlers: handlers)
    configuration.interceptor = faults.map(ControllerFaults.init)
    configuration.secure = secure?.forController
    server = GRPCServer(configuration)
  }

  func start(_ wanted: Endpoint) throws(NetError) -> Endpoint {
    let actual = try server.start(wanted)
    endpoint.withLock { $0 = actual }
    return actual
  }

  /// Listens where the first start listened.
  func restart() throws(NetError) -> Endpoint {
    let last = endpoint.withLock { $0 } ?? Endpoint(host: "127.0.0.1", port: 0)
    return try start(last)
  }

  /// With `keepsPort` nobody else gets the port until the next start or stop.
  func stop(until deadline: Deadline = .after(.seconds(10)), keepsPort: Bool = false) {
    server.stop(until: deadline, keepsPort: keepsPort)
  }

  func cutConnections() { server.cutConnections() }

  /// An IPv4 address as such, where a socket of both families shows it in IPv6 clothes.
  private static func plain(_ host: String) -> String {
    let prefix = "::ffff:"
    return host.hasPrefix(prefix) && host.contains(".")
      ? String(host.dropFirst(prefix.count)) : host
  }

  private static func answer(
    _ call: GRPCServerCall, _ method: String, _ service: ControllerService
  ) throws -> [UInt8] {
    var caller = ControllerCaller()
    if let local = call.connection.local {
      caller.localHost = plain(local.host)
      caller.localPort = local.port
    }
    caller.authorization = call.metadata["authorization"]
    do {
      guard let reply = try service.answer(method, call.message, from: caller) else {
        throw GRPCStatus(.unimplemented, "Method not found: \(call.path.dropFirst())")
      }
      return reply
    } catch let failure as ControllerFailure {
      throw GRPCStatus(failure)
    }
  }
}

extension GRPCStatus {
  /// Permanent errors get codes that clients do not retry.
  fileprivate init(_ failure: ControllerFailure) {
    switch failure {
    case .invalidArgument(let text): self.init(.invalidArgument, text)
    case .notFound(let text): self.init(.notFound, text)
    case .wrongState(let text): self.init(.internal, text)
    case .timedOut(let text): self.init(.deadlineExceeded, text)
    case .unauthenticated(let text): self.init(.unauthenticated, text)
    case .permissionDenied(let text): self.init(.permissionDenied, text)
    case .store(let text): self.init(.internal, text)
    }
  }
}
