// SPDX-License-Identifier: Apache-2.0

// Walking a table's log: changes since a position, and compaction.

extension SegmentState {
  /// The net effect of the log from a position on: the newest entry of each key that the window
  /// touches and does not remove.
  func delta(from position: Int64, count: Int32) throws(StoreError) -> TableDelta {
    try requireExisting()
    guard let table else { throw .refused("not a table segment") }
    guard !table.isFixed else { throw .unsupported }
    guard position >= 0 else { throw .badArgument("the position is negative") }
    guard position <= length else {
      throw .badArgument("position \(position) is beyond the table's length, \(length)")
    }
    var delta = TableDelta()
    delta.shouldClear = position < startOffset
    guard count > 0 else { return delta }
    var window = TableWindow()
    var next = max(position, startOffset)
    while window.entries.count < count, window.bytes < TableLimits.pageBytes,
      length - next >= Int64(TableLog.headerSize)
    {
      next = try readEntry(at: next, into: &window)
      delta.lastPosition = next
    }
    delta.entries = Array(window.entries.values)
    delta.reachedEnd = length - next < Int64(TableLog.headerSize)
    return delta
  }

  private func readEntry(
    at offset: Int64, into window: inout TableWindow
  ) throws(StoreError) -> Int64 {
    let bytes = content.bytes(from: offset, count: TableLog.headerSize)
    guard let header = TableLog.Header(bytes), length - offset >= Int64(header.entrySize) else {
      throw .refused("no entry begins at \(offset)")
    }
    let keyStart = offset + Int64(TableLog.headerSize)
    let key = content.bytes(from: keyStart, count: header.keyLength)
    if let valueLength = header.valueLength {
      let value = content.bytes(from: keyStart + Int64(header.keyLength), count: valueLength)
      let version = header.version == TableVersion.none ? offset : header.version
      window.entries[key] = TableEntryValue(key, value, version: version)
    } else {
      window.entries[key] = nil
    }
    window.bytes += header.entrySize
    return offset + Int64(header.entrySize)
  }

  /// Moves the live entries of the front to the end and lets the front go, when most of a long
  /// log is dead. Keys keep their versions.
  mutating func compact() {
    while isWorthCompacting, startOffset < length {
      let end = min(length, startOffset + Int64(ChunkList.largestChunk))
      var offset = startOffset
      var moved: [UInt8] = []
      while offset < end, let next = moveEntry(at: offset, to: &moved) { offset = next }
      guard offset > startOffset else { return }
      if !moved.isEmpty { unsafe moved.withUnsafeBytes { unsafe content.append($0) } }
      startOffset = offset
      content.dropChunks(below: offset)
    }
  }

  private var isWorthCompacting: Bool {
    guard let liveBytes = table?.liveBytes else { return false }
    let logBytes = length - startOffset
    return logBytes > 4 * Int64(ChunkList.largestChunk) && liveBytes < logBytes / 4
  }

  /// Returns the offset behind the entry; nil if there is none.
  private mutating func moveEntry(at offset: Int64, to moved: inout [UInt8]) -> Int64? {
    guard length - offset >= Int64(TableLog.headerSize) else { return nil }
    let bytes = content.bytes(from: offset, count: TableLog.headerSize)
    guard let header = TableLog.Header(bytes), length - offset >= Int64(header.entrySize) else {
      return nil
    }
    let keyStart = offset + Int64(TableLog.headerSize)
    let key = content.bytes(from: keyStart, count: header.keyLength)
    if let slot = table?.slots[key], slot.location == offset {
      let value = content.bytes(
        from: keyStart + Int64(header.keyLength), count: slot.valueLength)
      var newSlot = slot
      newSlot.location = length + Int64(moved.count)
      TableLog.appendEntry(to: &moved, key: key, value: value, version: slot.version)
      table?.put(key, newSlot)
    }
    return offset + Int64(header.entrySize)
  }
}

/// What a delta read has collected.
private struct TableWindow {
  var entries: [[UInt8]: TableEntryValue] = [:]
  var bytes = 0
}
