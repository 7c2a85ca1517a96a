// SPDX-License-Identifier: Apache-2.0

/// One header field as bytes: HTTP/2 promises neither ASCII nor UTF-8 in values.
package struct HeaderField: Hashable, Sendable {
  /// Whether the field may enter the peer's dynamic table (RFC 7541 section 6.2).
  package enum Indexing: Hashable, Sendable {
    /// Likely to come again on this connection.
    case incremental
    /// Different in every request: indexing it would only evict others.
    case none
    /// A secret: no intermediary may put it into a table either (RFC 7541 section 7.1.3).
    case never
  }

  package let name: [UInt8]
  package let value: [UInt8]
  package let indexing: Indexing

  package init(name: [UInt8], value: [UInt8], indexing: Indexing = .incremental) {
    self.name = name
    self.value = value
    self.indexing = indexing
  }

  package init(_ name: String, _ value: String, indexing: Indexing = .incremental) {
    self.init(name: Array(name.utf8), value: Array(value.utf8), indexing: indexing)
  }

  /// For display and comparison; bytes that are not UTF-8 are replaced.
  package var nameText: String { String(decoding: name, as: UTF8.self) }
  package var valueText: String { String(decoding: value, as: UTF8.self) }

  /// The size by which tables and header lists are measured (RFC 7541 section 4.1).
  var tableSize: Int { name.count + value.count + Self.overhead }

  static let overhead = 32
}

extension HeaderField: CustomStringConvertible {
  /// Secrets are masked, so that a field may be logged.
  package var description: String {
    "\(nameText): \(indexing == .never ? "***" : valueText)"
  }
}

extension Sequence<HeaderField> {
  /// The first value of the field called `name`.
  package func first(_ name: String) -> String? {
    first { $0.name.elementsEqual(name.utf8) }?.valueText
  }
}
