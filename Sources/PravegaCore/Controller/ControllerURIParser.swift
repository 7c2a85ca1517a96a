// SPDX-License-Identifier: Apache-2.0

/// Takes a controller's address apart and says what is wrong with it.
struct ControllerURIParser {
  private let text: String
  private let schemeText: String?
  private let authority: Substring
  private static let hint = "Write it as tcp://HOST:9090, or tls://HOST:9090 for TLS."

  init(_ text: String) {
    self.text = String(text.prefix(1000))
    var rest = text[...]
    while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    if let mark = Self.range(of: "://", in: rest) {
      schemeText = rest[..<mark.lowerBound].lowercased()
      rest = rest[mark.upperBound...]
    } else {
      schemeText = nil
    }
    authority = rest.hasSuffix("/") ? rest.dropLast() : rest
  }

  func scheme() throws(PravegaError) -> ControllerURI.Scheme {
    guard let schemeText else { return .tcp }
    if let scheme = ControllerURI.Scheme(rawValue: schemeText) { return scheme }
    let known = "tcp, tls, ssl, pravega or pravegas"
    throw refusal("has the scheme '\(schemeText.prefix(32))' instead of \(known)")
  }

  func endpoints() throws(PravegaError) -> [ControllerURI.Endpoint] {
    guard !authority.isEmpty else { throw refusal("names no host") }
    if authority.contains("@") {
      throw PravegaError(
        .invalidArgument, "A controller address holds no user or password.",
        hint: "Give the credentials apart from the address.")
    }
    guard !authority.contains(where: { "/?#".contains($0) }) else {
      throw refusal("has a path or a query, but a controller has neither")
    }
    var endpoints: [ControllerURI.Endpoint] = []
    for part in authority.split(separator: ",", omittingEmptySubsequences: false) {
      endpoints.append(try endpoint(part))
    }
    return endpoints
  }

  private func endpoint(_ part: Substring) throws(PravegaError) -> ControllerURI.Endpoint {
    guard !part.isEmpty else { throw refusal("has a comma with no address beside it") }
    let (host, port) = try split(part)
    guard !host.isEmpty else { throw refusal("names no host before ':'") }
    guard host.utf8.allSatisfy({ Self.isHost($0, inBrackets: part.hasPrefix("[")) }) else {
      throw refusal("has a blank or another character in its host that no host has")
    }
    guard !part.hasPrefix("[") || host.utf8.contains(UInt8(ascii: ":")) else {
      throw refusal("has something else than an IPv6 address in brackets")
    }
    guard let port else {
      return ControllerURI.Endpoint(host: String(host), port: ControllerURI.defaultPort)
    }
    let isNumber = !port.isEmpty && port.utf8.allSatisfy { (48...57).contains($0) }
    guard isNumber, let number = UInt16(port), number > 0 else {
      throw refusal("has the port '\(port.prefix(16))' instead of a number from 1 to 65535")
    }
    return ControllerURI.Endpoint(host: String(host), port: number)
  }

  private static func isHost(_ byte: UInt8, inBrackets: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    // An IPv6 address and, behind '%', the interface that it belongs to.
    case UInt8(ascii: ":"), UInt8(ascii: "%"): inBrackets
    default: false
    }
  }

  private func split(_ part: Substring) throws(PravegaError) -> (Substring, Substring?) {
    if part.hasPrefix("[") {
      guard let end = part.firstIndex(of: "]") else { throw refusal("has '[' without ']'") }
      let host = part[part.index(after: part.startIndex)..<end]
      let rest = part[part.index(after: end)...]
      if rest.isEmpty { return (host, nil) }
      guard rest.hasPrefix(":") else { throw refusal("has something else than a port after ']'") }
      return (host, rest.dropFirst())
    }
    guard let colon = part.firstIndex(of: ":") else { return (part, nil) }
    let port = part[part.index(after: colon)...]
    guard !port.contains(":") else {
      throw refusal("has more than one ':'; IPv6 addresses stand in brackets, [::1]:9090")
    }
    return (part[..<colon], port)
  }

  /// A text with a password in it is not repeated.
  private func refusal(_ what: String) -> PravegaError {
    let shown =
      text.contains("@") ? "The controller address" : "The controller address '\(text.prefix(200))'"
    return PravegaError(.invalidArgument, "\(shown) \(what).", hint: Self.hint)
  }

  private static func range(of mark: String, in text: Substring) -> Range<Substring.Index>? {
    var start = text.startIndex
    while start < text.endIndex {
      if text[start...].hasPrefix(mark) {
        return start..<text.index(start, offsetBy: mark.count)
      }
      start = text.index(after: start)
    }
    return nil
  }
}
