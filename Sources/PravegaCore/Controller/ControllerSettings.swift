// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
package import PravegaThreads

/// How a controller client finds its controllers and how long it tries.
package struct ControllerSettings: Sendable {
  package var uri: ControllerURI
  package var credentials: (any Credentials)?
  /// nil leaves it to the address' scheme.
  package var enableTLS: Bool?
  /// How long a controller that was never reached is tried for, all attempts included.
  package var connectTimeout: Duration = .seconds(5)
  /// For one attempt: each controller's share of nine tenths, so that a caller has heard of it when
  /// the time-out is over.
  package var attemptTimeout: Duration { connectTimeout * 9 / 10 / max(1, bootstrap.count) }
  /// How long the list of controllers that was asked for is good.
  package var discoveryInterval: Duration = .seconds(120)
  /// How long after a failure it is asked for again.
  package var discoveryRetryInterval: Duration = .seconds(10)

  package init(
    uri: ControllerURI = .localhost, credentials: (any Credentials)? = nil, enableTLS: Bool? = nil
  ) {
    self.uri = uri
    self.credentials = credentials
    self.enableTLS = enableTLS
  }

  package var usesTLS: Bool { enableTLS ?? uri.scheme.usesTLS }

  var bootstrap: [Endpoint] {
    uri.endpoints.map { Endpoint(host: $0.host, port: $0.port) }
  }
}

// Credentials are a user's type, which may print its secret.
extension ControllerSettings: CustomStringConvertible, CustomReflectable {
  package var description: String { "ControllerSettings(\(uri))" }
  package var customMirror: Mirror { Mirror(self, children: ["uri": uri]) }
}

extension Deadline {
  /// What calls to the controller get when the user says nothing.
  package static var controlCall: Deadline { .after(.seconds(30)) }
}
