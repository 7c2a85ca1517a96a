// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

extension StandaloneServer {
  /// What an embedded server is started with. The defaults suit tests: loopback, free ports, no
  /// limit that a test would meet.
  public struct Configuration: Sendable {
    /// The address to listen at: a name, an IPv4 or an IPv6 literal.
    public var host = "127.0.0.1"
    /// The port of the controller; 0 takes a free one.
    public var controllerPort: UInt16 = 0
    /// The port of the segment store; 0 takes a free one.
    public var storePort: UInt16 = 0
    /// The segment store's address as clients are told, `HOST:PORT`. Nil: the address at which a
    /// client reached the controller, with the store's port.
    public var announce: String?
    /// A file with the server's certificate chain, PEM. With it both ports speak TLS only.
    public var tlsCertificateFile: String?
    /// The file with the certificate's private key, PEM.
    public var tlsKeyFile: String?
    /// Bytes that segments may take before appends are held back; 4 GiB by default.
    public var maxMemory = 4 << 30
    /// Trouble to make on purpose; nil: none.
    public var faults: FaultPlan?
    /// Gets a line for the operator now and then, on a thread of the server.
    public var logSink: (@Sendable (String) -> Void)?
    /// Streams to make before the first client comes.
    public var seeds: [Seed] = []

    /// Creates the default configuration.
    public init() {}
  }

  /// A stream that the server makes when it starts, with its scope.
  public struct Seed: Sendable, Hashable {
    /// The scope, made if need be.
    public var scope: String
    /// The stream.
    public var stream: String
    /// How many segments the stream has.
    public var segments: Int32

    /// Creates a seed.
    public init(scope: String, stream: String, segments: Int32 = 1) {
      self.scope = scope
      self.stream = stream
      self.segments = segments
    }

    /// Reads `SCOPE/STREAM:SEGMENTS` or `SCOPE/STREAM`.
    ///
    /// - Throws: `PravegaError` with code `invalidArgument` for any other text.
    public init(_ text: String) throws {
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      let tail = parts.last?.split(separator: ":", omittingEmptySubsequences: false) ?? []
      guard parts.count == 2, !parts[0].isEmpty, let name = tail.first, !name.isEmpty,
        tail.count <= 2, let segments = tail.count == 2 ? Int32(tail[1]) : 1, segments > 0
      else {
        throw PravegaError(
          .invalidArgument, "The text '\(text.prefix(600))' does not name a stream to make.",
          hint: "Write SCOPE/STREAM:SEGMENTS, for example examples/events:4.")
      }
      self.init(scope: String(parts[0]), stream: String(name), segments: segments)
    }
  }

  /// A part of the server that listens.
  public enum Front: Sendable, CaseIterable {
    /// The gRPC port.
    case controller
    /// The port for events.
    case store
  }
}
