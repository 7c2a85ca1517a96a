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
      forController = try StandaloneTLS.upgrade(certificate, key, protocols: ["h2"])
      forStore = try StandaloneTLS.upgrade(certificate, key, protocols: [])
    default:
      throw PravegaError(
        .invalidArgument, "A certificate and its key belong together.",
        hint: "Give both files or neither.")
    }
  }

  private static func upgrade(
    _ certificate: String, _ key: String, protocols: [String]
  ) throws -> Upgrade {
    let context: TLSContext
    do {
      context = try TLSContext.server(
        certificateFile: certificate, keyFile: key, protocols: protocols)
    } catch {
      throw PravegaError(
        .invalidArgument, "The certificate cannot be used: \(error).",
        hint: "Name PEM files that belong together; the key must have no passphrase.")
    }
    return { (transport, deadline) throws(NetError) in
      try TLSTransport.accept(over: transport, context: context, deadline: deadline)
    }
  }
}
