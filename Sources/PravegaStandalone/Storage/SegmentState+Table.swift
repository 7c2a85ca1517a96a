// SPDX-License-Identifier: Apache-2.0

// Tables: a log of entries in the segment's bytes, and an index of the newest ones.

extension SegmentState {
  private func requireTable() throws(StoreError) -> Bool {
    try requireExisting()
    guard let table else { throw .refused("not a table segment") }
    return table.isFixed
  }

  // MARK: - Changes

  /// Writes entries, all or none. Returns their versions: the offsets they are written at.
  mutating func put(
    _ entries: [TableEntryValue], ifLengthIs expected: Int64?, now: Int64
  ) throws(StoreError) -> [Int64] {
    _ = try requireTable()
    for entry in entries {
      try check(entry.key, entry.version)
      guard TableLog.entrySize(entry.key.count, entry.value.count) <= TableLimits.largestEntry
      else { throw .badArgument("the entry is larger than \(TableLimits.largestEntry) bytes") }
    }
    try checkVersions(entries.lazy.map { ($0.key, $0.version) })
    try checkWritable(ifLengthIs: expected)
    let first = length
    var log: [UInt8] = []
    log.reserveCapacity(entries.reduce(0) { $0 + 17 + $1.key.count + $1.value.count })
    var versions: [Int64] = []
    for entry in entries {
      let offset = first + Int64(log.count)
      versions.append(offset)
      TableLog.appendEntry(to: &log, key: entry.key, value: entry.value)
      table?.put(
        entry.key,
        TableSlot(version: offset, location: offset, valueLength: entry.value.count))
    }
    store(log, now: now)
    return versions
  }

  /// Removes keys, all or none.
  mutating func remove(
    _ keys: [TableKeyVersion], ifLengthIs expected: Int64?, now: Int64
  ) throws(StoreError) {
    let isFixed = try requireTable()
    for key in keys { try check(key.key, key.version) }
    try checkVersions(keys.lazy.map { ($0.key, $0.version) })
    try checkWritable(ifLengthIs: expected)
    var log: [UInt8] = []
    for key in keys {
      table?.remove(key.key)
      if !isFixed { TableLog.appendRemoval(to: &log, key: key.key) }
    }
    store(log, now: now)
  }

  private mutating func store(_ log: [UInt8], now: Int64) {
    lastModified = now
    guard !log.isEmpty else { return }
    unsafe log.withUnsafeBytes { unsafe content.append($0) }
    // First the reads: compaction may let go what they wait for.
    wakeReads()
    compact()
  }

  private func check(_ key: [UInt8], _ version: Int64) throws(StoreError) {
    try check(key)
    let isKnown =
      version >= 0 || version == TableVersion.absent || version == TableVersion.none
    guard isKnown else { throw .refused("negative version") }
  }

  private func check(_ key: [UInt8]) throws(StoreError) {
    guard let table else { return }
    guard !key.isEmpty else { throw .badArgument("the key is empty") }
    guard key.count <= TableLimits.longestKey else {
      throw .badArgument("the key is longer than \(TableLimits.longestKey) bytes")
    }
    guard !table.isFixed || key.count == table.keyLength else {
      throw .badArgument("expected a key of \(table.keyLength) bytes, given \(key.count)")
    }
  }

  /// Compares the versions that were asked for with those before the request.
  private func checkVersions(
    _ wanted: some Sequence<([UInt8], Int64)>
  ) throws(StoreError) {
    guard let table else { return }
    var hasMismatch = false
    for (key, version) in wanted where version != TableVersion.none {
      if let slot = table.slots[key] {
        hasMismatch = hasMismatch || slot.version != version
      } else if version != TableVersion.absent {
        guard table.isFixed else { throw .keyDoesNotExist }
        hasMismatch = true
      }
    }
    guard !hasMismatch else { throw .badKeyVersion }
  }

  private func checkWritable(ifLengthIs expected: Int64?) throws(StoreError) {
    guard !isSealed else { throw .sealed }
    guard let expected, expected != length else { return }
    throw .wrongTableLength(current: length)
  }

  // MARK: - Reads

  /// One entry per key, in order; the version says which are absent. Refused when no reply could
  /// hold them: a small request can name one large entry many times.
  func get(_ keys: [[UInt8]]) throws(StoreError) -> [TableEntryValue] {
    let isFixed = try requireTable()
    var result: [TableEntryValue] = []
    var bytes = 0
    for key in keys {
      // A key that no hash table can hold is merely absent.
      if isFixed { try check(key) }
      let entry = entry(key) ?? TableEntryValue(key, [], version: TableVersion.absent)
      bytes += TableLimits.replyOverhead + key.count + entry.value.count
      guard bytes <= TableLimits.replyBytes else { throw .refused("more than a reply can hold") }
      result.append(entry)
    }
    return result
  }

  private func entry(_ key: [UInt8], withValue: Bool = true) -> TableEntryValue? {
    guard let slot = table?.slots[key] else { return nil }
    let start = slot.location + Int64(TableLog.headerSize + key.count)
    let value = withValue ? content.bytes(from: start, count: slot.valueLength) : []
    return TableEntryValue(key, value, version: slot.version)
  }

  func tableInfo() throws(StoreError) -> TableInfo {
    _ = try requireTable()
    return TableInfo(
      startOffset: startOffset, length: length, entryCount: Int64(table?.slots.count ?? 0),
      keyLength: Int32(table?.keyLength ?? 0))
  }

  // MARK: - Iteration

  /// The next page of an iteration, with or without values.
  mutating func page(
    _ range: TableRange, count: Int32, withValues: Bool
  ) throws(StoreError) -> TablePage {
    let isFixed = try requireTable()
    let start = isFixed ? try fixedStart(range) : try hashStart(range)
    guard count > 0 else { return TablePage() }
    tidyOrder()
    // Real servers go through a sorted table in batches, whatever is asked for.
    let wanted = isFixed ? max(Int(count), 128) : Int(count)
    var page = TablePage()
    var bytes = 0
    var last: [UInt8] = []
    table?.order.walk(from: start, excluding: !isFixed && !range.continuationToken.isEmpty) {
      sortKey, key in
      if isFixed, !range.toKey.isEmpty, range.toKey.lexicographicallyPrecedes(key) {
        return false
      }
      guard let entry = entry(key, withValue: withValues) else { return true }
      page.entries.append(entry)
      bytes += TableLimits.replyOverhead + key.count + entry.value.count
      last = sortKey
      return page.entries.count < wanted && bytes < TableLimits.pageBytes
    }
    if !last.isEmpty { page.continuationToken = TableToken.encode(last, isFixed: isFixed) }
    return page
  }

  private mutating func tidyOrder() {
    guard let slots = table?.slots else { return }
    table?.order.tidy { slots[$0] != nil }
  }

  private func fixedStart(_ range: TableRange) throws(StoreError) -> [UInt8] {
    guard range.continuationToken.isEmpty else {
      throw .badArgument("a sorted table takes a key range, not a continuation token")
    }
    let length = table?.keyLength ?? 0
    for bound in [range.fromKey, range.toKey] where !bound.isEmpty && bound.count != length {
      throw .badArgument("expected a key of \(length) bytes, given \(bound.count)")
    }
    let isReversed =
      !range.toKey.isEmpty && range.toKey.lexicographicallyPrecedes(range.fromKey)
    guard !isReversed else { throw .badArgument("the range ends before it begins") }
    return range.fromKey
  }

  private func hashStart(_ range: TableRange) throws(StoreError) -> [UInt8] {
    guard range.fromKey.isEmpty, range.toKey.isEmpty else {
      throw .badArgument("a hash table has no key ranges")
    }
    guard !range.continuationToken.isEmpty else { return [] }
    guard let start = TableToken.decodeHash(range.continuationToken) else {
      throw .refused("continuation token")
    }
    return start
  }
}

/// The tokens that continue an iteration.
enum TableToken {
  private static let prefix: [UInt8] = [0, 0, 1, 0, 0, 0, 0]

  static func encode(_ sortKey: [UInt8], isFixed: Bool) -> [UInt8] {
    guard isFixed else { return prefix + [UInt8(TableHash.length)] + TableHash.flip(sortKey) }
    let length = sortKey.count
    return prefix + [UInt8(truncatingIfNeeded: length + 1), UInt8(truncatingIfNeeded: length)]
      + sortKey
  }

  /// The sort key behind which to go on.
  static func decodeHash(_ token: [UInt8]) -> [UInt8]? {
    let head = prefix + [UInt8(TableHash.length)]
    guard token.count == head.count + TableHash.length, token.starts(with: head) else {
      return nil
    }
    return TableHash.flip(Array(token[head.count...]))
  }
}
