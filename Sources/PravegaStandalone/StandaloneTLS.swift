// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaNet
internal import PravegaThreads

/// The server's certificate, for both of its ports.
struct StandaloneTLS: Sendable {
  typealias Upgrade = @Sendable (TCPTransport, Deadline) throws(NetError) -> any Transport

  let forController: Upgrade
  let forStore: Upgrade

  /// Nil when the configuration wants plain TCP.
  init?(_ configuration: StandaloneServer.Configuration) throws {
    switch (configuration.tlsCertificateFile, configuration.tlsKeyFile) {
    case (nil, nil): return nil
    case (let certificate?, let key?):
      throw PravegaError(
        .unsupportedOperation, "TLS is not there yet (\(certificate), \(key)).")
    default:
      throw PravegaError(
        .invalidArgument, "A certificate and its key belong together.",
        hint: "Give both files or neither.")
    }
  }
}
