// SPDX-License-Identifier: Apache-2.0

/// Decodes the header blocks of one connection, in order (RFC 7541 section 3).
package struct HPACKDecoder: Sendable {
  /// The fields of one block.
  package struct Block: Hashable, Sendable {
    package var fields: [HeaderField] = []
    /// The list grew beyond the limit: `fields` holds its beginning only.
    package var isTooLarge = false
    var listSize = 0
  }

  private(set) var table: DynamicTable
  /// What SETTINGS_HEADER_TABLE_SIZE allows the peer.
  private let maximumTableSize: Int
  private let maximumListSize: Int

  /// - Parameters:
  ///   - maximumTableSize: bytes the peer's encoder may make this side keep.
  ///   - maximumListSize: bytes of one decoded list. Beyond it the block is still read, because
  ///     later blocks depend on it, but nothing more of it is kept: an index of one byte can stand
  ///     for a field of four thousand.
  package init(maximumTableSize: Int = 4_096, maximumListSize: Int) {
    self.maximumTableSize = maximumTableSize
    self.maximumListSize = maximumListSize
    table = DynamicTable(maximumSize: maximumTableSize)
  }

  package mutating func decode(_ bytes: ArraySlice<UInt8>) throws(HPACKError) -> Block {
    var input = bytes
    var block = Block()
    var sizeUpdates = 0
    while let first = input.first {
      if first & 0xe0 == 0x20 {
        sizeUpdates += 1
        guard block.listSize == 0, sizeUpdates <= 2 else { throw .misplacedTableSizeUpdate }
        try resizeTable(&input)
      } else {
        add(try field(&input, first), to: &block)
      }
    }
    return block
  }

  private mutating func resizeTable(_ input: inout ArraySlice<UInt8>) throws(HPACKError) {
    let size = try HPACKInteger.decode(&input, prefixBits: 5)
    guard size <= maximumTableSize else { throw .tableSizeTooLarge }
    table.resize(size)
  }

  private mutating func field(
    _ input: inout ArraySlice<UInt8>, _ first: UInt8
  ) throws(HPACKError) -> HeaderField {
    if first & 0x80 != 0 {
      return try indexed(HPACKInteger.decode(&input, prefixBits: 7))
    }
    if first & 0x40 != 0 {
      let field = try literal(&input, prefixBits: 6, .incremental)
      table.insert(field)
      return field
    }
    return try literal(&input, prefixBits: 4, first & 0x10 != 0 ? .never : .none)
  }

  private func literal(
    _ input: inout ArraySlice<UInt8>, prefixBits: Int, _ indexing: HeaderField.Indexing
  ) throws(HPACKError) -> HeaderField {
    let index = try HPACKInteger.decode(&input, prefixBits: prefixBits)
    let name = index == 0 ? try string(&input) : try indexed(index).name
    return HeaderField(name: name, value: try string(&input), indexing: indexing)
  }

  private func indexed(_ index: Int) throws(HPACKError) -> HeaderField {
    guard index >= 1 else { throw .indexOutOfRange }
    if index <= StaticTable.count { return StaticTable.fields[index - 1] }
    guard let field = table[index - StaticTable.count] else { throw .indexOutOfRange }
    return field
  }

  private func string(_ input: inout ArraySlice<UInt8>) throws(HPACKError) -> [UInt8] {
    guard let first = input.first else { throw .truncated }
    let count = try HPACKInteger.decode(&input, prefixBits: 7)
    guard count <= input.count else { throw .truncated }
    let bytes = input.prefix(count)
    input.removeFirst(count)
    return first & 0x80 != 0 ? try Huffman.decode(bytes) : Array(bytes)
  }

  private func add(_ field: HeaderField, to block: inout Block) {
    block.listSize += field.tableSize
    guard block.listSize <= maximumListSize else {
      block.isTooLarge = true
      return
    }
    block.fields.append(field)
  }
}
