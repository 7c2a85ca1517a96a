// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet

/// Who answers at an address that should be a segment store's, by its first bytes.
enum ForeignPeer {
  case webServer, controller, tls, echo, unknown

  /// How many bytes tell.
  static let byteCount = 9

  /// Whether the bytes may be the beginning of a store's Hello that was cut off: then they say
  /// nothing against the peer. Type -127, length 8.
  static func mayBeStore(_ first: [UInt8]) -> Bool {
    zip(first, [0xff, 0xff, 0xff, 0x81, 0, 0, 0, 8]).allSatisfy { $0 == $1 }
  }

  init(_ first: [UInt8]) {
    if first.starts(with: Array("HTTP/".utf8)) {
      self = .webServer
    } else if first.count >= 2, first[0] == 0x15 || first[0] == 0x16, first[1] == 3 {
      // A TLS alert or handshake record.
      self = .tls
    } else if ForeignPeer.isSettingsOrGoAway(first) {
      self = .controller
    } else {
      self = .unknown
    }
  }

  /// The header of the frame that an HTTP/2 server begins with, or complains with.
  private static func isSettingsOrGoAway(_ first: [UInt8]) -> Bool {
    guard first.count >= 9, first[0] == 0, first[3] == 4 || first[3] == 7 else { return false }
    return first[4] & ~1 == 0 && first[5...8].allSatisfy { $0 == 0 }
  }

  /// Never tried again: it is somebody else.
  func error(_ endpoint: Endpoint) -> PravegaError {
    let (what, hint) = words(endpoint)
    return PravegaError(
      .invalidMessage, "The server at \(endpoint) \(what).", hint: hint,
      context: .init(endpoint: endpoint.description))
  }

  private func words(_ endpoint: Endpoint) -> (what: String, hint: String) {
    switch self {
    case .webServer:
      (
        "is a web server, not a segment store",
        "Check the address that the segment store publishes; its port is 12345 unless configured."
      )
    case .controller:
      (
        "speaks the controller's protocol, not a segment store's protocol",
        "Check the address that the segment store publishes; its port is 12345 unless configured."
      )
    case .tls:
      (
        "wants TLS, but was spoken to in plain text",
        "Use a tls:// address for the controller, or switch TLS to the segment stores on."
      )
    case .echo:
      (
        "sends back what it is sent",
        "Check the address that the segment store publishes; its port is 12345 unless configured."
      )
    case .unknown:
      (
        "does not speak a segment store's protocol",
        "Check the address that the segment store publishes; its port is 12345 unless configured."
      )
    }
  }
}

extension PravegaError {
  /// Whether it was no segment store that answered, so that another attempt is in vain.
  var isForeignPeer: Bool { code == .invalidMessage && retry == .never }
}
