// SPDX-License-Identifier: Apache-2.0

/// Table operations. On a segment that is no table they throw ``StoreError/refused(_:)``.
extension StoredSegment {
  /// Writes entries, all or none.
  ///
  /// - Parameter expectedLength: the length that the table's log must have; nil: any.
  /// - Returns: the new versions, in the order of the entries.
  package func put(
    _ entries: [TableEntryValue], ifLengthIs expectedLength: Int64? = nil
  ) throws(StoreError) -> [Int64] {
    let now = wallClockMilliseconds()
    return try change { state throws(StoreError) in
      try state.put(entries, ifLengthIs: expectedLength, now: now)
    }
  }

  /// Removes keys, all or none. Removing an absent key without a condition succeeds.
  package func remove(
    _ keys: [TableKeyVersion], ifLengthIs expectedLength: Int64? = nil
  ) throws(StoreError) {
    let now = wallClockMilliseconds()
    try change { state throws(StoreError) in
      try state.remove(keys, ifLengthIs: expectedLength, now: now)
    }
  }

  /// One entry per key, in order; absent ones have version ``TableVersion/absent``.
  package func get(_ keys: [[UInt8]]) throws(StoreError) -> [TableEntryValue] {
    try look { state throws(StoreError) in try state.get(keys) }
  }

  /// The next page of an iteration. It ends with a page without entries.
  package func page(
    _ range: TableRange = TableRange(), count: Int32, withValues: Bool
  ) throws(StoreError) -> TablePage {
    try change { state throws(StoreError) in
      try state.page(range, count: count, withValues: withValues)
    }
  }

  package func delta(from position: Int64, count: Int32) throws(StoreError) -> TableDelta {
    try look { state throws(StoreError) in try state.delta(from: position, count: count) }
  }

  package func tableInfo() throws(StoreError) -> TableInfo {
    try look { state throws(StoreError) in try state.tableInfo() }
  }
}

extension SegmentStore {
  /// Ends a table; with `mustBeEmpty` only if it has no keys.
  package func deleteTable(_ name: String, mustBeEmpty: Bool) throws(StoreError) {
    try end(try segment(name)) { state throws(StoreError) in
      try state.requireExisting()
      guard let table = state.table else { throw .refused("not a table segment") }
      guard mustBeEmpty else { return }
      guard !table.isFixed else { throw .unsupported }
      guard table.slots.isEmpty else { throw .tableNotEmpty }
    }
  }
}
