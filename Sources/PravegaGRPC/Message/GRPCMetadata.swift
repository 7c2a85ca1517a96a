// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2

/// The headers or trailers of a call that belong to its user. Names are lower case.
package struct GRPCMetadata: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package let name: String
    package let value: String
    /// Kept out of the peer's tables and out of descriptions.
    package let isSecret: Bool
  }

  package private(set) var entries: [Entry] = []

  package init() {}

  /// The first value of that name.
  package subscript(name: String) -> String? {
    let name = name.lowercased()
    return entries.first { $0.name == name }?.value
  }

  package mutating func add(_ name: String, _ value: String, isSecret: Bool = false) {
    entries.append(Entry(name: name.lowercased(), value: value, isSecret: isSecret))
  }
}

extension GRPCMetadata: CustomStringConvertible {
  package var description: String {
    entries.map { "\($0.name): \($0.isSecret ? "***" : $0.value)" }.joined(separator: ", ")
  }
}

extension GRPCMetadata {
  init(_ fields: [HeaderField]) {
    for field in fields where field.name.first != UInt8(ascii: ":") {
      let name = field.nameText
      add(name, field.valueText, isSecret: field.indexing == .never || name == "authorization")
    }
  }

  /// The first entry that cannot be sent: gRPC's values are printable ASCII, and some names belong
  /// to the protocol.
  var invalidName: String? {
    entries.first { entry in
      let isName = entry.name.utf8.allSatisfy {
        (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || [0x2d, 0x2e, 0x5f].contains($0)
      }
      let isValue = entry.value.utf8.allSatisfy { (0x20...0x7e).contains($0) }
      return entry.name.isEmpty || !isName || !isValue || entry.name.hasPrefix("grpc-")
    }?.name
  }

  /// Values of metadata differ from call to call, so they stay out of the tables.
  var fields: [HeaderField] {
    entries.map {
      HeaderField($0.name, $0.value.trimmed, indexing: $0.isSecret ? .never : .none)
    }
  }
}

extension String {
  /// HTTP/2 takes no value with blanks at its ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.hasPrefix(" ") { text = text.dropFirst() }
    while text.hasSuffix(" ") { text = text.dropLast() }
    return String(text)
  }
}
