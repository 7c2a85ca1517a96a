// SPDX-License-Identifier: Apache-2.0

/// How a client reaches its controller and segment stores: Java's `ClientConfig`.
public struct ClientConfig: Sendable {
  /// Where the controllers are; `tcp://localhost:9090` by default.
  public var controllerURI: ControllerURI
  /// Sent to the controller with every call; nil takes them from the environment, if they are there.
  public var credentials: (any Credentials)?
  /// Path of a PEM file, or of a directory, with the certificates to trust; nil trusts what the
  /// system trusts.
  public var trustStore: String?
  /// Whether a TLS certificate must carry the host's name.
  public var validateHostName: Bool
  /// Whether TLS certificates are checked at all. For tests with self-signed certificates only.
  public var verifyCertificates: Bool
  /// The most connections for appends, and as many for reads, to one segment store. They are shared
  /// by all writers and readers of a factory.
  public var maxConnectionsPerSegmentStore: Int
  /// The longest time until a server that was never reached counts as unreachable, all its
  /// addresses included.
  public var connectTimeout: Duration
  /// The longest time for a request to the controller or a store, retries included.
  public var requestTimeout: Duration
  /// TLS to the controller; nil decides by the scheme of ``controllerURI``.
  public var enableTLSToController: Bool?
  /// TLS to the segment stores; nil decides by the scheme of ``controllerURI``.
  public var enableTLSToSegmentStore: Bool?
  /// The most bytes of events that are written and not acknowledged, for all writers of a factory.
  /// A writer that meets the limit waits.
  public var writeBufferSize: Int
  /// The most bytes of events that are read ahead, for all readers of a factory.
  public var readBufferSize: Int
  /// Receives log lines; nil is silent.
  public var logSink: (any LogSink)?

  /// Creates a configuration; everything has a default.
  public init(
    controllerURI: ControllerURI = .localhost, credentials: (any Credentials)? = nil,
    trustStore: String? = nil, validateHostName: Bool = true, verifyCertificates: Bool = true,
    maxConnectionsPerSegmentStore: Int = 2, connectTimeout: Duration = .seconds(5),
    requestTimeout: Duration = .seconds(30), enableTLSToController: Bool? = nil,
    enableTLSToSegmentStore: Bool? = nil, writeBufferSize: Int = 16 << 20,
    readBufferSize: Int = 16 << 20, logSink: (any LogSink)? = nil
  ) {
    self.controllerURI = controllerURI
    self.credentials = credentials
    self.trustStore = trustStore
    self.validateHostName = validateHostName
    self.verifyCertificates = verifyCertificates
    self.maxConnectionsPerSegmentStore = maxConnectionsPerSegmentStore
    self.connectTimeout = connectTimeout
    self.requestTimeout = requestTimeout
    self.enableTLSToController = enableTLSToController
    self.enableTLSToSegmentStore = enableTLSToSegmentStore
    self.writeBufferSize = writeBufferSize
    self.readBufferSize = readBufferSize
    self.logSink = logSink
  }

  /// Whether calls to the controller are encrypted. Once either switch is set the scheme no
  /// longer matters, as in Java.
  public var isTLSEnabledToController: Bool {
    enableTLSToController ?? (enableTLSToSegmentStore == nil && controllerURI.scheme.usesTLS)
  }

  /// Whether connections to segment stores are encrypted.
  public var isTLSEnabledToSegmentStore: Bool {
    enableTLSToSegmentStore ?? (enableTLSToController == nil && controllerURI.scheme.usesTLS)
  }
}

// Credentials are a user's type, which may print its secret.
extension ClientConfig: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The settings, of the credentials only whether there are some.
  public var description: String {
    "ClientConfig(" + settings.map { "\($0.label ?? ""): \($0.value)" }.joined(separator: ", ")
      + ")"
  }

  /// The same as ``description``.
  public var debugDescription: String { description }

  /// The settings, of the credentials only whether there are some.
  public var customMirror: Mirror { Mirror(self, children: settings, displayStyle: .struct) }

  private var settings: [Mirror.Child] {
    [
      ("controllerURI", controllerURI), ("credentials", credentials == nil ? "none" : "***"),
      ("trustStore", trustStore ?? "system"), ("validateHostName", validateHostName),
      ("verifyCertificates", verifyCertificates),
      ("maxConnectionsPerSegmentStore", maxConnectionsPerSegmentStore),
      ("connectTimeout", connectTimeout), ("requestTimeout", requestTimeout),
      ("tlsToController", isTLSEnabledToController),
      ("tlsToSegmentStore", isTLSEnabledToSegmentStore), ("writeBufferSize", writeBufferSize),
      ("readBufferSize", readBufferSize),
      ("logLevel", logSink.map { "\($0.level)" } ?? "none"),
    ]
  }
}
