// SPDX-License-Identifier: Apache-2.0

/// A token for a segment store, and what can be told from its text.
///
/// The client does not check signatures; it only wants to know when to ask for another.
package struct DelegationToken: Sendable, Hashable {
  package let text: String
  /// Seconds since 1970 at which stores refuse it; nil when it says nothing.
  package let expirySeconds: Int64?

  package init(_ text: String) {
    self.text = text
    expirySeconds = DelegationToken.expiry(of: text)
  }

  /// Whether the text has the shape of a JSON web token: three parts.
  package var isWebToken: Bool {
    text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).count == 3
  }

  /// The first `"exp":` in the second part, with at most one blank before its digits, as the other
  /// clients look for it. They read the part in the alphabet of plain base64; tokens use that of
  /// base64url, so both are read here.
  private static func expiry(of text: String) -> Int64? {
    let parts = text.utf8.split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let body = decode(parts[1]) else { return nil }
    let mark = Array("\"exp\":".utf8)
    var rest = body[...]
    while rest.count > mark.count {
      if rest.starts(with: mark), let value = number(rest.dropFirst(mark.count)) { return value }
      rest = rest.dropFirst()
    }
    return nil
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]
    let start = bytes.first.map(blanks.contains) == true ? bytes.dropFirst() : bytes
    let digits = start.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return Int64(String(decoding: digits, as: UTF8.self))
  }

  private static func decode(_ part: Substring.UTF8View) -> [UInt8]? {
    var text = String(
      decoding: part.map { byte -> UInt8 in
        switch byte {
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: byte
        }
      }, as: UTF8.self)
    while text.hasSuffix("=") { text.removeLast() }
    text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Base64.decode(text)
  }
}

extension DelegationToken {
  /// After how long a connection that uses the token should change to another one: when the
  /// provider renews it anyway, and half-way for a token that lives shorter than that. Nil when the
  /// token does not say when it expires.
  package var renewalDelay: Duration? { renewalDelay(now: WallClock.secondsSince1970) }

  package func renewalDelay(now: Int64) -> Duration? {
    guard let expirySeconds else { return nil }
    let left = max(0, expirySeconds.subtractingReportingOverflow(now).partialValue)
    let threshold = DelegationTokenProvider.defaultThreshold.components.seconds
    // One second inside of the threshold, since both clocks count whole seconds.
    guard left <= 2 * threshold else { return .seconds(min(left, 1 << 31) - threshold + 1) }
    return .milliseconds(max(500, left * 500))
  }
}

extension DelegationToken: CustomStringConvertible, CustomReflectable {
  package var customMirror: Mirror { Mirror(self, children: [:]) }

  /// Not the token itself, which is a secret.
  package var description: String {
    text.isEmpty ? "no token" : "token (expires \(expirySeconds.map(String.init) ?? "never"))"
  }
}
