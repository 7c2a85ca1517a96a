// SPDX-License-Identifier: Apache-2.0

/// What a peer speaks instead of HTTP/2, as far as its first bytes tell.
package enum ForeignProtocol: Hashable, Sendable {
  /// An answer or a request of HTTP/1.x, or a bare page: what some web servers answer to a
  /// request line of a version that they do not know.
  case http1
  /// A TLS alert or handshake: this side uses plain text where the peer uses TLS.
  case tls
  /// Neither; the first bytes, at most sixteen.
  case other([UInt8])

  init(firstBytes: ArraySlice<UInt8>) {
    let bytes = Array(firstBytes.prefix(16))
    if Self.isTLS(bytes) {
      self = .tls
    } else if Self.isHTTP1(bytes) {
      self = .http1
    } else {
      self = .other(bytes)
    }
  }

  /// A record of type alert or handshake, of a version that starts with 3.
  private static func isTLS(_ bytes: [UInt8]) -> Bool {
    guard let type = bytes.first, type == 0x15 || type == 0x16 else { return false }
    return bytes.count < 2 || bytes[1] == 0x03
  }

  private static func isHTTP1(_ bytes: [UInt8]) -> Bool {
    let openings = ["HTTP/1", "GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "CONNECT "]
    return openings.contains { opening in
      let count = min(bytes.count, opening.utf8.count)
      return count >= 3 && bytes.prefix(count).elementsEqual(opening.utf8.prefix(count))
    } || isPage(bytes)
  }

  private static func isPage(_ bytes: [UInt8]) -> Bool {
    // Setting this bit makes letters small and leaves `<` and `!` alone.
    let small = bytes.map { $0 == UInt8(ascii: "!") ? $0 : $0 | 0x20 }
    return ["<!doctype", "<html"].contains { small.starts(with: $0.utf8) }
  }
}

extension ForeignProtocol: CustomStringConvertible {
  package var description: String {
    switch self {
    case .http1: "HTTP/1"
    case .tls: "TLS"
    case .other(let bytes):
      "bytes " + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
  }
}
