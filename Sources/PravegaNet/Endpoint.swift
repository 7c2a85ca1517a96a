// SPDX-License-Identifier: Apache-2.0

/// A host name or address literal, and a port.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// A name, an IPv4 literal, or an IPv6 literal without brackets.
  package var host: String
  package var port: UInt16

  package init(host: String, port: UInt16) {
    self.host = Endpoint.withoutBrackets(host)
    self.port = port
  }

  /// Reads `host:port`, `a.b.c.d:port` or `[v6]:port`; nil when it is none of these.
  ///
  /// - Parameter defaultPort: taken when the text names no port.
  package init?(parsing text: String, defaultPort: UInt16? = nil) {
    let (host, port) = Endpoint.split(text)
    guard !host.isEmpty else { return nil }
    if let port {
      guard let number = UInt16(port) else { return nil }
      self.init(host: host, port: number)
    } else {
      guard let defaultPort else { return nil }
      self.init(host: host, port: defaultPort)
    }
  }

  package var description: String {
    host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  private static func split(_ text: String) -> (host: String, port: String?) {
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return ("", nil) }
      let host = String(text[text.index(after: text.startIndex)..<end])
      let rest = text[text.index(after: end)...]
      if rest.isEmpty { return (host, nil) }
      return rest.hasPrefix(":") ? (host, String(rest.dropFirst())) : ("", nil)
    }
    guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
    // More than one colon without brackets: an IPv6 literal, which leaves no place for a port.
    let port = text[text.index(after: colon)...]
    return port.contains(":") ? (text, nil) : (String(text[..<colon]), String(port))
  }

  private static func withoutBrackets(_ host: String) -> String {
    host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
  }
}
