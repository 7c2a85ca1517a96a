// SPDX-License-Identifier: Apache-2.0

/// Encodes the header blocks of one connection, in the order in which they are sent.
package struct HPACKEncoder: Sendable {
  /// More than the default brings gRPC nothing, whatever the peer allows.
  package static let largestTable = 4_096

  private var table = DynamicTable(maximumSize: largestTable)
  /// Table sizes to announce at the start of the next block: the smallest since the last block and
  /// the newest (RFC 7541 section 4.2).
  private var announcements: [Int] = []

  package init() {}

  var tableSize: Int { table.size }

  /// Follows the peer's SETTINGS_HEADER_TABLE_SIZE.
  package mutating func setMaximumTableSize(_ size: Int) {
    let size = min(size, Self.largestTable)
    guard size != table.maximumSize else { return }
    let smallest = min(announcements.min() ?? size, size)
    announcements = smallest == size ? [size] : [smallest, size]
    table.resize(size)
  }

  package mutating func encode(_ fields: some Sequence<HeaderField>) -> [UInt8] {
    var output: [UInt8] = []
    for size in announcements {
      HPACKInteger.encode(size, prefixBits: 5, flags: 0x20, into: &output)
    }
    announcements = []
    for field in fields { encode(field, into: &output) }
    return output
  }

  private mutating func encode(_ field: HeaderField, into output: inout [UInt8]) {
    switch field.indexing {
    case .incremental:
      if let index = indexOfField(field) {
        return HPACKInteger.encode(index, prefixBits: 7, flags: 0x80, into: &output)
      }
      appendLiteral(field, prefixBits: 6, flags: 0x40, into: &output)
      table.insert(field)
    case .none: appendLiteral(field, prefixBits: 4, flags: 0x00, into: &output)
    case .never: appendLiteral(field, prefixBits: 4, flags: 0x10, into: &output)
    }
  }

  private func indexOfField(_ field: HeaderField) -> Int? {
    if let index = StaticTable.indexOfField[field] { return index }
    guard let (index, matchesValue) = table.find(field), matchesValue else { return nil }
    return StaticTable.count + index
  }

  private func appendLiteral(
    _ field: HeaderField, prefixBits: Int, flags: UInt8, into output: inout [UInt8]
  ) {
    let index =
      StaticTable.indexOfName[field.name] ?? table.find(field).map { StaticTable.count + $0.index }
    HPACKInteger.encode(index ?? 0, prefixBits: prefixBits, flags: flags, into: &output)
    if index == nil { appendString(field.name, into: &output) }
    appendString(field.value, into: &output)
  }

  private func appendString(_ bytes: [UInt8], into output: inout [UInt8]) {
    let huffmanCount = Huffman.encodedCount(bytes)
    guard huffmanCount < bytes.count else {
      HPACKInteger.encode(bytes.count, prefixBits: 7, flags: 0, into: &output)
      output += bytes
      return
    }
    HPACKInteger.encode(huffmanCount, prefixBits: 7, flags: 0x80, into: &output)
    Huffman.encode(bytes, into: &output)
  }
}
