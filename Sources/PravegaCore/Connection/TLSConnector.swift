// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads

/// Connections as the configuration wants them: plain, or TLS with its trust settings.
struct TLSConnector: Sendable {
  private let attemptTimeout: Duration
  /// Nil: plain.
  private let controllerContext: TLSContext?
  private let storeContext: TLSContext?

  /// - Parameter attemptTimeout: for one connection to a controller.
  init(_ config: ClientConfig, attemptTimeout: Duration) throws(PravegaError) {
    self.attemptTimeout = attemptTimeout
    controllerContext =
      config.isTLSEnabledToController ? try TLSConnector.context(config, ["h2"]) : nil
    storeContext =
      config.isTLSEnabledToSegmentStore ? try TLSConnector.context(config, []) : nil
  }

  func controllerTransport(_ endpoint: Endpoint) -> any UnaryTransport {
    guard let context = controllerContext else {
      return GRPCTransport(endpoint, connectTimeout: attemptTimeout)
    }
    return GRPCTransport(endpoint, isTLS: true, connectTimeout: attemptTimeout) {
      (endpoint, deadline, interrupt) throws(NetError) in
      try connectTLS(to: endpoint, context: context, deadline: deadline, interrupt: interrupt)
    }
  }

  var storeFactory: any ConnectionFactory {
    guard let storeContext else { return SocketConnectionFactory() }
    return TLSConnectionFactory(context: storeContext)
  }

  private static func context(
    _ config: ClientConfig, _ protocols: [String]
  ) throws(PravegaError) -> TLSContext {
    let trust: TLSContext.Trust =
      config.verifyCertificates
      ? config.trustStore.map { .path($0) } ?? .system
      : .none
    do throws(NetError) {
      return try TLSContext.client(
        trust: trust, verifiesHostName: config.validateHostName, protocols: protocols)
    } catch {
      throw PravegaError(
        .invalidArgument, "The trust store cannot be used: \(error).",
        hint: "Name a PEM file, or a directory of them, that this process may read.")
    }
  }
}

/// TLS connections to segment stores.
private struct TLSConnectionFactory: ConnectionFactory {
  let context: TLSContext

  func connect(
    to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt?
  ) throws(PravegaError) -> any Transport {
    do throws(NetError) {
      return try connectTLS(
        to: endpoint, context: context, deadline: deadline, interrupt: interrupt)
    } catch {
      throw ErrorTranslation.connection(error, to: endpoint)
    }
  }
}
