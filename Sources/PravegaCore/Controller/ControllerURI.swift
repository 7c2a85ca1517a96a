// SPDX-License-Identifier: Apache-2.0

/// Where the controllers of a cluster are: `scheme://host:port`, several of them separated by
/// commas.
///
/// `tcp`, `tls` and `ssl` name all controllers; with `pravega` and `pravegas` the ones named are
/// asked for the others. `tls`, `ssl` and `pravegas` use TLS. Without a scheme it is `tcp`, without
/// a port 9090.
public struct ControllerURI: Sendable, Hashable {
  /// How controllers are found and spoken to.
  public enum Scheme: String, Sendable, CaseIterable {
    /// Plain text to the controllers named.
    case tcp
    /// TLS to the controllers named.
    case tls
    /// The same as `tls`.
    case ssl
    /// Plain text to the controllers named and those they name.
    case pravega
    /// TLS to the controllers named and those they name.
    case pravegas

    /// Whether connections use TLS.
    public var usesTLS: Bool { self == .tls || self == .ssl || self == .pravegas }
    /// Whether the controllers named are asked for the others.
    public var discovers: Bool { self == .pravega || self == .pravegas }
  }

  /// One controller's address.
  public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public let host: String
    /// The port.
    public let port: UInt16

    /// Names an address.
    public init(host: String, port: UInt16) {
      self.host = host
      self.port = port
    }

    /// The text `host:port`, IPv6 addresses in brackets.
    public var description: String {
      host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
  }

  /// The port of a controller unless it is configured otherwise.
  public static let defaultPort: UInt16 = 9090
  /// A controller on this machine: `tcp://localhost:9090`.
  public static let localhost = ControllerURI(
    scheme: .tcp, endpoints: [Endpoint(host: "localhost", port: defaultPort)])

  /// How controllers are found and spoken to.
  public let scheme: Scheme
  /// The controllers named; at least one.
  public let endpoints: [Endpoint]

  private init(scheme: Scheme, endpoints: [Endpoint]) {
    self.scheme = scheme
    self.endpoints = endpoints
  }

  /// Reads an address.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` that says what is wrong with it.
  public init(_ text: String) throws(PravegaError) {
    let parser = ControllerURIParser(text)
    self.init(scheme: try parser.scheme(), endpoints: try parser.endpoints())
  }
}

extension ControllerURI: ExpressibleByStringLiteral {
  /// Takes an address that stands in the program's text.
  ///
  /// Traps when it is not valid; for text from anywhere else there is ``init(_:)``.
  public init(stringLiteral value: String) {
    do throws(PravegaError) {
      try self.init(value)
    } catch {
      preconditionFailure(error.description)
    }
  }
}

extension ControllerURI: CustomStringConvertible {
  /// The address in full.
  public var description: String {
    scheme.rawValue + "://" + endpoints.map(\.description).joined(separator: ",")
  }
}
