// SPDX-License-Identifier: Apache-2.0

/// The table that both sides of one direction build up alike (RFC 7541 section 2.3.2).
struct DynamicTable {
  /// Oldest first, so that insertion is an append.
  private var entries: [HeaderField] = []
  private(set) var size = 0
  private(set) var maximumSize: Int

  init(maximumSize: Int) { self.maximumSize = maximumSize }

  var count: Int { entries.count }

  /// The field with an index counted from 1, the newest; `nil` when there is none.
  subscript(index: Int) -> HeaderField? {
    guard index >= 1, index <= entries.count else { return nil }
    return entries[entries.count - index]
  }

  /// A field larger than the table empties it and is no error (RFC 7541 section 4.4).
  mutating func insert(_ field: HeaderField) {
    evict(downTo: maximumSize - field.tableSize)
    guard field.tableSize <= maximumSize else { return }
    entries.append(field)
    size += field.tableSize
  }

  mutating func resize(_ maximumSize: Int) {
    self.maximumSize = maximumSize
    evict(downTo: maximumSize)
  }

  /// The index of the newest equal field, else that of the newest field of that name.
  func find(_ field: HeaderField) -> (index: Int, matchesValue: Bool)? {
    var nameOnly: Int?
    for (distance, entry) in entries.reversed().enumerated() where entry.name == field.name {
      if entry.value == field.value { return (distance + 1, true) }
      nameOnly = nameOnly ?? distance + 1
    }
    return nameOnly.map { ($0, false) }
  }

  private mutating func evict(downTo limit: Int) {
    var gone = 0
    while size > max(0, limit), gone < entries.count {
      size -= entries[gone].tableSize
      gone += 1
    }
    entries.removeFirst(gone)
  }
}
