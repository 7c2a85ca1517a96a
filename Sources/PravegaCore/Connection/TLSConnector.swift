// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads

/// Connections as the configuration wants them: plain, or TLS with its trust settings.
struct TLSConnector: Sendable {
  private let connectTimeout: Duration

  init(_ config: ClientConfig) throws(PravegaError) {
    connectTimeout = config.connectTimeout
    guard !config.isTLSEnabledToController, !config.isTLSEnabledToSegmentStore else {
      throw PravegaError(.unsupportedOperation, "TLS is not built in yet.")
    }
  }

  func controllerTransport(_ endpoint: Endpoint) -> any UnaryTransport {
    GRPCTransport(endpoint, connectTimeout: connectTimeout)
  }

  var storeFactory: any ConnectionFactory { SocketConnectionFactory() }
}
