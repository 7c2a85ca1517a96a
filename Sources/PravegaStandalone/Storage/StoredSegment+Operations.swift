// SPDX-License-Identifier: Apache-2.0

/// What a segment looks like from outside.
package struct SegmentInfo: Sendable, Equatable {
  package var isSealed: Bool
  package var lastModified: Int64
  package var startOffset: Int64
  package var length: Int64
}

extension StoredSegment {
  /// Stores bytes in one step, or nothing. Returns the length behind them.
  package func append(_ bytes: AppendBytes, _ terms: AppendTerms) throws(StoreError) -> Int64 {
    let now = wallClockMilliseconds()
    return try change { state throws(StoreError) in
      try state.append(bytes, terms, now: now)
    }
  }

  /// Reads up to `length` bytes.
  ///
  /// - Parameters:
  ///   - owner: whose read it is, for ``cancelReads(of:)``.
  ///   - whenReady: called once, from another thread, if the answer has to wait. It must not
  ///     block.
  /// - Returns: the answer, or nil if the read waits for bytes.
  package func read(
    from offset: Int64, length: Int, owner: ObjectIdentifier,
    whenReady: @escaping @Sendable (ReadOutcome) -> Void
  ) throws(StoreError) -> ReadData? {
    try change { state throws(StoreError) in
      if let data = try state.read(from: offset, length: length) { return data }
      state.park(ParkedRead(owner: owner, offset: offset, length: length, complete: whenReady))
      return nil
    }
  }

  /// Reads what is there now; an empty answer at the tail.
  package func readNow(from offset: Int64, length: Int) throws(StoreError) -> ReadData {
    try look { state throws(StoreError) in
      try state.read(from: offset, length: length) ?? .cancelled
    }
  }

  /// Forgets the waiting reads of a connection that is gone.
  package func cancelReads(of owner: ObjectIdentifier) {
    let cancelled = change { $0.unpark(owner) }
    _ = cancelled
  }

  package func info() throws(StoreError) -> SegmentInfo {
    try look { state throws(StoreError) in
      try state.requireExisting()
      return SegmentInfo(
        isSealed: state.isSealed, lastModified: state.lastModified,
        startOffset: state.startOffset, length: state.length)
    }
  }

  package func attribute(_ id: AttributeID) throws(StoreError) -> Int64 {
    try look { state throws(StoreError) in
      try state.requireExisting()
      return state.attributes[id]
    }
  }

  /// Changes attributes, all or none.
  package func update(_ updates: [AttributeUpdate]) throws(StoreError) {
    try change { state throws(StoreError) in
      try state.requireWritable()
      guard state.attributes.apply(updates) else { throw .attributeMismatch }
    }
  }

  package func seal() throws(StoreError) {
    let now = wallClockMilliseconds()
    try change { state throws(StoreError) in try state.seal(now: now) }
  }

  package func truncate(at offset: Int64) throws(StoreError) {
    let now = wallClockMilliseconds()
    try change { state throws(StoreError) in try state.truncate(at: offset, now: now) }
  }
}
