// SPDX-License-Identifier: Apache-2.0

/// What a segment is: bytes, attributes, flags, waiting reads. Pure state; the lock is
/// ``StoredSegment``'s.
struct SegmentState: ~Copyable {
  var content = ChunkList()
  var startOffset: Int64 = 0
  var isSealed = false
  var isDeleted = false
  var lastModified: Int64
  var attributes = Attributes()
  /// By offset: an append looks at those only that it can answer.
  private(set) var parked: [ParkedRead] = []
  /// What makes the bytes a table.
  var table: TableIndex?
  /// What is to be done when the lock is released.
  var aftermath = Aftermath()

  var length: Int64 { content.end }

  init(now: Int64) { lastModified = now }

  /// The checks that every change of content or attributes starts with.
  func requireWritable() throws(StoreError) {
    guard !isDeleted else { throw .noSuchSegment }
    guard !isSealed else { throw .sealed }
  }

  func requireExisting() throws(StoreError) {
    guard !isDeleted else { throw .noSuchSegment }
  }

  // MARK: - Append

  /// Stores the bytes with the writer's number, all or nothing.
  ///
  /// - Returns: the length behind the bytes.
  mutating func append(
    _ bytes: AppendBytes, _ terms: AppendTerms, now: Int64
  ) throws(StoreError) -> Int64 {
    try requireWritable()
    guard table == nil else { throw .unsupported }
    if let writer = terms.writer, attributes[writer] != terms.previousNumber {
      throw .badEventNumber
    }
    guard terms.expectedLength < 0 || terms.expectedLength == length else {
      throw .conditionFailed
    }
    if let writer = terms.writer { attributes[writer] = terms.number }
    attributes.add(Int64(terms.eventCount), to: .eventCount)
    unsafe content.append(bytes.head)
    if unsafe !bytes.middle.isEmpty { unsafe content.append(bytes.middle) }
    if unsafe !bytes.tail.isEmpty { unsafe content.append(bytes.tail) }
    lastModified = now
    wakeReads()
    return length
  }

  // MARK: - Read

  /// What a read gets now; nil if it has to wait.
  func read(from offset: Int64, length wanted: Int) throws(StoreError) -> ReadData? {
    try requireExisting()
    guard offset >= 0 else { throw .refused("negative offset") }
    guard offset >= startOffset else { throw .truncated(start: startOffset) }
    if offset < length { return data(from: offset, length: wanted, wasParked: false) }
    guard isSealed else { return nil }
    guard offset == length else { throw .refused("offset beyond the end of a sealed segment") }
    return ReadData(slices: [], count: 0, isAtTail: false, isEndOfSegment: true)
  }

  private func data(from offset: Int64, length wanted: Int, wasParked: Bool) -> ReadData {
    let available = Int(clamping: length - offset)
    let count = min(wanted, available)
    let stopsShort = count < wanted
    return ReadData(
      slices: content.slices(from: offset, count: count), count: count,
      isAtTail: wasParked || (stopsShort && !isSealed), isEndOfSegment: stopsShort && isSealed)
  }

  /// Puts a read among those that wait, behind others of its offset.
  mutating func park(_ read: ParkedRead) {
    var low = 0
    var high = parked.count
    // Most wait at the end, behind all others.
    if let last = parked.last, last.offset <= read.offset { low = high }
    while low < high {
      let middle = (low + high) / 2
      if parked[middle].offset <= read.offset { low = middle + 1 } else { high = middle }
    }
    parked.insert(read, at: low)
  }

  /// Takes out the waiting reads of an owner.
  mutating func unpark(_ owner: ObjectIdentifier) -> [ParkedRead] {
    let mine = parked.filter { $0.owner == owner }
    if !mine.isEmpty { parked.removeAll { $0.owner == owner } }
    return mine
  }

  /// Answers the waiting reads that have bytes now.
  mutating func wakeReads() {
    let end = length
    var count = 0
    while count < parked.count, parked[count].offset < end {
      let read = parked[count]
      let found = data(from: read.offset, length: read.length, wasParked: true)
      aftermath.answers.append((read, .data(found)))
      count += 1
    }
    if count > 0 { parked.removeFirst(count) }
  }

  // MARK: - Life cycle

  mutating func seal(now: Int64) throws(StoreError) {
    try requireWritable()
    isSealed = true
    lastModified = now
    for read in parked { aftermath.answers.append((read, .failure(.sealed))) }
    parked = []
  }

  mutating func truncate(at offset: Int64, now: Int64) throws(StoreError) {
    try requireExisting()
    guard offset >= 0 else { throw .refused("negative offset") }
    guard table == nil else { throw .unsupported }
    guard offset >= startOffset, offset <= length else { throw .truncated(start: startOffset) }
    guard offset > startOffset else { return }
    startOffset = offset
    content.dropChunks(below: offset)
    lastModified = now
  }

  /// Ends the segment; its bytes are let go.
  mutating func delete() throws(StoreError) {
    try requireExisting()
    isDeleted = true
    for read in parked { aftermath.answers.append((read, .data(.cancelled))) }
    parked = []
    content.dropAll()
    table = nil
  }
}
