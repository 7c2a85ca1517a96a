// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// The state of the embedded segment store: segments by name. No I/O, any thread.
///
/// Everything that the network front does to segments goes through here, and so does the
/// embedded controller, in process.
package final class SegmentStore: Sendable {
  package static let defaultMemoryLimit = 4 << 30

  package let budget: MemoryBudget
  private let segments = Monitor<[SegmentName: StoredSegment]>([:])

  package init(memoryLimit: Int = SegmentStore.defaultMemoryLimit) {
    budget = MemoryBudget(limit: memoryLimit)
  }

  // MARK: - Names

  package func segment(_ name: String) throws(StoreError) -> StoredSegment {
    let found = segments.withLock { $0[SegmentName(name)] }
    guard let found else { throw .noSuchSegment }
    return found
  }

  package func exists(_ name: String) -> Bool {
    segments.withLock { $0[SegmentName(name)] != nil }
  }

  /// The names that begin so, in no particular order.
  package func segmentNames(startingWith prefix: String = "") -> [String] {
    segments.withLock { $0.keys.map(\.text) }.filter { $0.hasPrefix(prefix) }
  }

  // MARK: - Creation

  /// Makes an empty stream segment.
  package func create(_ name: String, _ policy: SegmentPolicy = .init()) throws(StoreError) {
    let now = wallClockMilliseconds()
    var state = SegmentState(now: now)
    state.attributes[.creationTime] = now
    state.attributes[.scalePolicyType] = Int64(policy.scaleType)
    state.attributes[.scalePolicyRate] = Int64(policy.targetRate)
    state.attributes[.rolloverSize] = max(0, policy.rolloverSize)
    state.attributes[.segmentType] = 0
    try insert(name, state)
  }

  /// Makes a scratch segment beside `parent`, which need not exist, and names it.
  package func createTransient(
    parent: String, writer: AttributeID
  ) throws(StoreError) -> String {
    let now = wallClockMilliseconds()
    var state = SegmentState(now: now)
    state.attributes[.creationTime] = now
    state.attributes[.segmentType] = 0x80
    let random = AttributeID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    let name = "\(parent)#transient.\(hex(writer)).\(hex(random))"
    try insert(name, state, isTransient: true)
    return name
  }

  /// Makes an empty table. A key length of 0 or less: keys of any length, else of exactly that.
  package func createTable(
    _ name: String, keyLength: Int32 = 0, rolloverSize: Int64 = 0
  ) throws(StoreError) {
    guard keyLength <= TableLimits.longestFixedKey else { throw .refused("key length") }
    let now = wallClockMilliseconds()
    var state = SegmentState(now: now)
    state.attributes[.creationTime] = now
    state.attributes[.rolloverSize] = max(0, rolloverSize)
    state.attributes[.segmentType] = keyLength > 0 ? 5 : 1
    if keyLength > 0 { state.attributes[.attributeIDLength] = Int64(keyLength) }
    state.table = TableIndex(keyLength: max(0, Int(keyLength)))
    try insert(name, state)
  }

  private func insert(
    _ name: String, _ state: consuming SegmentState, isTransient: Bool = false
  ) throws(StoreError) {
    guard !name.isEmpty else { throw .refused("empty name") }
    let segment = StoredSegment(
      name: name, isTransient: isTransient, budget: budget, state: state)
    let isNew = segments.withLock { segments in
      let key = SegmentName(name)
      guard segments[key] == nil else { return false }
      segments[key] = segment
      return true
    }
    guard isNew else { throw .alreadyExists }
  }

  private func hex(_ id: AttributeID) -> String {
    [id.high, id.low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  // MARK: - Deletion

  /// Ends a segment; its name can be used again.
  ///
  /// A transient segment goes away, too, but the answer is that there is none, as real servers
  /// have it.
  package func delete(_ name: String) throws(StoreError) {
    let segment = try segment(name)
    try end(segment)
    if segment.isTransient { throw .noSuchSegment }
  }

  func end(
    _ segment: StoredSegment,
    unless condition: (borrowing SegmentState) throws(StoreError) -> Void = {
      _ throws(StoreError) in
    }
  ) throws(StoreError) {
    try segment.change { state throws(StoreError) in
      try condition(state)
      try state.delete()
    }
    forget(segment)
  }

  /// Takes a dead segment out of the map, unless its name lives again.
  func forget(_ segment: StoredSegment) {
    segments.withLock { segments in
      let key = SegmentName(segment.name)
      if segments[key] === segment { segments[key] = nil }
    }
  }
}

/// What a segment is told about scaling and storage when it is created. Values are kept, not
/// checked, as real servers do.
package struct SegmentPolicy: Sendable {
  package var scaleType: Int8 = 0
  package var targetRate: Int32 = 0
  package var rolloverSize: Int64 = 0

  package init() {}

  package init(scaleType: Int8, targetRate: Int32, rolloverSize: Int64 = 0) {
    self.scaleType = scaleType
    self.targetRate = targetRate
    self.rolloverSize = rolloverSize
  }
}
