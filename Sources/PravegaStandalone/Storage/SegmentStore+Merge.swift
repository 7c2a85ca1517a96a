// SPDX-License-Identifier: Apache-2.0

extension SegmentStore {
  /// Puts the bytes of `source` behind those of `target`; `source` is sealed on the way and gone
  /// afterwards. Its attributes go with it.
  ///
  /// Conditions are checked against the target. When one fails, or the target is sealed, the
  /// source stays, sealed.
  ///
  /// - Returns: the target's length behind the merged bytes.
  package func merge(
    _ source: String, into target: String, updates: [AttributeUpdate] = []
  ) throws(StoreError) -> Int64 {
    let source = try segment(source)
    let target = try segment(target)
    return try merge(source, into: target, updates)
  }

  /// Merges several sources in order. A source that is missing counts as merged already.
  ///
  /// - Returns: the target's length after each of them.
  package func merge(
    _ sources: [String], into target: String
  ) throws(StoreError) -> [Int64] {
    let target = try segment(target)
    var lengths: [Int64] = []
    for name in sources {
      do {
        lengths.append(try merge(try segment(name), into: target, []))
      } catch {
        guard error == .noSuchSegment else { throw error }
        lengths.append(try target.info().length)
      }
    }
    return lengths
  }

  private func merge(
    _ source: StoredSegment, into target: StoredSegment, _ updates: [AttributeUpdate]
  ) throws(StoreError) -> Int64 {
    guard source !== target else {
      try source.seal()
      throw .sealed
    }
    let now = wallClockMilliseconds()
    let length = try StoredSegment.change(source, target) { from, to throws(StoreError) in
      try to.merge(&from, updates, now: now)
    }
    forget(source)
    return length
  }
}

extension SegmentState {
  fileprivate mutating func merge(
    _ source: inout SegmentState, _ updates: [AttributeUpdate], now: Int64
  ) throws(StoreError) -> Int64 {
    try source.requireExisting()
    try requireExisting()
    guard table == nil, source.table == nil else { throw .refused("tables are not merged") }
    if !source.isSealed { try source.seal(now: now) }
    guard !isSealed else { throw .sealed }
    guard source.startOffset == 0 else { throw .refused("the source is truncated") }
    guard attributes.apply(updates) else { throw .attributeMismatch }
    let grows = source.length > 0
    content.takeAll(of: &source.content)
    try source.delete()
    if grows {
      lastModified = now
      wakeReads()
    }
    return length
  }
}
