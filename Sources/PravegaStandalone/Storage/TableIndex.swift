// SPDX-License-Identifier: Apache-2.0

/// What a table segment knows beside its log: where each key's newest entry lies.
struct TableIndex {
  /// 0: keys of any length, iterated by hash; else of exactly this length, iterated by bytes.
  let keyLength: Int
  private(set) var slots: [[UInt8]: TableSlot] = [:]
  var order = TableOrder()
  /// Log bytes of the entries that ``slots`` points to.
  private(set) var liveBytes: Int64 = 0

  init(keyLength: Int) { self.keyLength = keyLength }

  var isFixed: Bool { keyLength > 0 }

  mutating func put(_ key: [UInt8], _ slot: TableSlot) {
    let size = TableLog.entrySize(key.count, slot.valueLength)
    liveBytes += Int64(size)
    guard let old = slots.updateValue(slot, forKey: key) else {
      order.add(sortKey(key), key)
      return
    }
    liveBytes -= Int64(TableLog.entrySize(key.count, old.valueLength))
  }

  mutating func remove(_ key: [UInt8]) {
    guard let old = slots.removeValue(forKey: key) else { return }
    liveBytes -= Int64(TableLog.entrySize(key.count, old.valueLength))
    order.removed += 1
    // A table whose keys come and go is perhaps never iterated.
    guard order.removed > TableIndex.mostRemoved, order.removed > slots.count else { return }
    let slots = slots
    order.tidy { slots[$0] != nil }
  }

  private static let mostRemoved = 1024

  /// The bytes by which the table is iterated.
  func sortKey(_ key: [UInt8]) -> [UInt8] {
    isFixed ? key : TableHash.sortKey(of: key)
  }
}

/// Where a key's newest entry lies.
struct TableSlot {
  /// The offset of the entry as the client knows it.
  var version: Int64
  /// Its offset now; compaction moves entries and keeps versions.
  var location: Int64
  var valueLength: Int
}

/// The keys of a table in iteration order.
///
/// Sorting is put off until someone iterates: most tables are never iterated, and a batch of new
/// keys is merged in one go.
struct TableOrder {
  private struct Item {
    let sortKey: [UInt8]
    let key: [UInt8]
  }

  private var sorted: [Item] = []
  private var added: [(sortKey: [UInt8], key: [UInt8])] = []
  /// How many keys left the table since the last tidying; they stay in the list until then.
  var removed = 0

  /// Keys that are listed, live or not.
  var listedCount: Int { sorted.count + added.count }

  mutating func add(_ sortKey: [UInt8], _ key: [UInt8]) {
    added.append((sortKey, key))
  }

  /// Brings the list up to date. A key may be listed twice when it was removed and added again.
  mutating func tidy(_ isLive: ([UInt8]) -> Bool) {
    let hasManyDead = removed > 64 && removed > sorted.count / 2
    guard !added.isEmpty || hasManyDead else { return }
    let fresh = added.map { Item(sortKey: $0.sortKey, key: $0.key) }
      .sorted { $0.sortKey.lexicographicallyPrecedes($1.sortKey) }
    added = []
    removed = 0
    sorted = merge(sorted, fresh, isLive)
  }

  private func merge(_ old: [Item], _ new: [Item], _ isLive: ([UInt8]) -> Bool) -> [Item] {
    var result: [Item] = []
    result.reserveCapacity(old.count + new.count)
    var (left, right) = (0, 0)
    while left < old.count || right < new.count {
      let takesOld =
        right == new.count
        || (left < old.count
          && old[left].sortKey.lexicographicallyPrecedes(new[right].sortKey))
      let item = takesOld ? old[left] : new[right]
      if takesOld { left += 1 } else { right += 1 }
      let isDouble = result.last.map { $0.sortKey == item.sortKey } ?? false
      if !isDouble, isLive(item.key) { result.append(item) }
    }
    return result
  }

  /// Calls `body` with the keys in order, from `start` on (exclusively if so said), until it
  /// returns false. Call ``tidy(_:)`` before.
  func walk(
    from start: [UInt8], excluding: Bool,
    _ body: (_ sortKey: [UInt8], _ key: [UInt8]) -> Bool
  ) {
    var index = firstIndex(notBelow: start)
    while index < sorted.count {
      let item = sorted[index]
      index += 1
      if excluding, item.sortKey == start { continue }
      guard body(item.sortKey, item.key) else { return }
    }
  }

  private func firstIndex(notBelow start: [UInt8]) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle].sortKey.lexicographicallyPrecedes(start) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
