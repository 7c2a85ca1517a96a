// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire

/// The writer of one segment: its open block, and the blocks that are not acknowledged yet.
///
/// Plain state: every mutable field belongs to the ``StreamWriter`` that owns it and is touched
/// only under that writer's lock. Nothing here does I/O.
// @unchecked: mutable fields are touched only under the owning writer's lock.
@safe
final class SegmentAppender: @unchecked Sendable {
  enum Phase {
    /// No connection; the repair brings one.
    case disconnected
    /// `SetupAppend` is sent and not answered.
    case settingUp(StoreConnection)
    case ready(StoreConnection)
    /// The store sealed the segment; its events wait for the hand-over.
    case sealed
    /// The successors have its events and its part of the key space.
    case moved
    case failed(PravegaError)
  }

  let segment: Segment
  let name: String
  let writerID: WireUUID
  let flowID: FlowID
  /// Constant, so that a resend after a reconnect repeats the same bytes.
  var requestID: Int64 { flowID.requestID(sequence: 0) }

  var phase = Phase.disconnected {
    didSet { closeLane() }
  }
  /// Frozen blocks, oldest first.
  private(set) var blocks: [AppendBlock] = []
  /// How many of ``blocks`` were sent on the current connection.
  private(set) var sentCount = 0
  private(set) var open: AppendBlock?
  /// The short way into ``open``; closed whenever anything but its room matters.
  let lane: UnsafeMutablePointer<WriteLane>
  private var nextNumber: Int64 = 1
  private var firstChunk = ChunkSize.tiny
  /// Number of the last event that was ever sent: no store can have a later one.
  private var lastSentNumber: Int64 = 0
  /// Number of the last event that a store said is stored: none can have less later.
  private var lastStoredNumber: Int64 = 0
  /// Whether it stands in its connection's queue.
  var isQueued = false
  /// Whether somebody waits for memory with an event for it.
  var isAwaited = false
  /// Sends nothing more on this connection, because its token expires soon.
  var isDraining = false
  /// Largest write offset that the store reported, -1 before the first.
  private(set) var lastWriteOffset: Int64 = -1
  var failedAttempts = 0
  /// Attempts to connect, or to learn the successors, since the last progress.
  var attempts = 0
  /// Whether the store has sealed the segment, so that the next set-up has the last word on what is
  /// stored.
  var isKnownSealed = false
  /// Set-ups begun so far: timers know theirs by the number, and keep no connection for its sake.
  var setups = 0
  /// Tokens in a row that the store found expired.
  var expiredTokens = 0
  var failingSince: Deadline?
  var retryAt: Deadline?
  /// Of which the next attempt to connect shows what it was.
  var doubtfulLoss: ConnectionLoss?

  init(segment: Segment, writerID: WireUUID = .random()) {
    self.segment = segment
    self.name = segment.qualifiedName
    self.writerID = writerID
    flowID = FlowID.next()
    unsafe lane = .allocate(capacity: 1)
    unsafe lane.initialize(to: WriteLane())
  }

  deinit { unsafe lane.deallocate() }

  var hasEvents: Bool { open != nil || !blocks.isEmpty }

  var connection: StoreConnection? {
    switch phase {
    case .settingUp(let connection), .ready(let connection): return connection
    case .disconnected, .sealed, .moved, .failed: return nil
    }
  }

  // MARK: - Adding events

  enum Placed {
    case placed(BlockCompletion, index: Int, isFull: Bool)
    case needsChunk(ChunkSize, guaranteed: Bool)
  }

  /// Lets events in by the lane that fit and leave the open block below `limit` bytes.
  func openLane(limit: Int) {
    guard let open else { return }
    unsafe lane.pointee = open.openLane(limit: limit)
  }

  private func closeLane() {
    guard unsafe lane.pointee.isOpen else { return }
    if let open { unsafe open.close(lane.pointee) }
    unsafe lane.pointee = WriteLane()
  }

  /// Adds an event to the open block. `spare` is used when another chunk is needed.
  func place(_ item: AppendItem, limit: Int, spare: inout Chunk?) -> Placed {
    closeLane()
    if let block = open, block.byteCount + item.framedByteCount > EventFraming.maxBatchByteCount {
      freezeOpenBlock()
    }
    let block: AppendBlock
    if let open {
      block = open
      if block.room < item.copiedByteCount {
        guard let chunk = spare, chunk.fits(item.copiedByteCount) else {
          return .needsChunk(sizeAfter(block, item), guaranteed: false)
        }
        block.extend(with: chunk)
        spare = nil
      }
    } else {
      guard let chunk = spare, chunk.fits(item.copiedByteCount + AppendFrame.headByteCount) else {
        return .needsChunk(firstSize(item), guaranteed: blocks.isEmpty)
      }
      block = AppendBlock(chunk: chunk)
      open = block
      spare = nil
    }
    let index = block.eventCount
    item.add(to: block)
    let isFull = block.byteCount >= limit
    if isFull { freezeOpenBlock() }
    return .placed(block.completion, index: index, isFull: isFull)
  }

  private func firstSize(_ item: AppendItem) -> ChunkSize {
    let least = ChunkSize.holding(
      item.copiedByteCount + AppendFrame.headByteCount + AppendFrame.tailByteCount)
    return least.rawValue > firstChunk.rawValue ? least : firstChunk
  }

  private func sizeAfter(_ block: AppendBlock, _ item: AppendItem) -> ChunkSize {
    let least = ChunkSize.holding(item.copiedByteCount + AppendFrame.tailByteCount)
    var next = ChunkSize.small
    if block.byteCount >= 4 << 10 { next = .medium }
    if block.byteCount >= 128 << 10 { next = .large }
    return least.rawValue > next.rawValue ? least : next
  }

  /// Ends the open block: from now on its bytes and numbers do not change.
  func freezeOpenBlock() {
    guard let block = open else { return }
    closeLane()
    open = nil
    freeze(block)
    // The next block starts with about the chunk that this one needed.
    let fitting = ChunkSize.holding(block.byteCount + 64)
    firstChunk = fitting == .large ? .medium : fitting
  }

  private func freeze(_ block: AppendBlock) {
    block.freeze(firstNumber: nextNumber, writerID: writerID, requestID: requestID)
    nextNumber &+= Int64(block.eventCount)
    blocks.append(block)
  }

  /// Takes over blocks of events from a sealed predecessor, before any newer event.
  func adopt(_ moved: [AppendBlock]) {
    freezeOpenBlock()
    for block in moved { freeze(block) }
  }

  /// Whether those who wait for memory should look again: it has a right to a chunk once more, or
  /// takes no more events. True once.
  func takeAwaited() -> Bool {
    guard isAwaited, blocks.isEmpty else { return false }
    isAwaited = false
    return true
  }

  // MARK: - Sending and acknowledging

  /// Blocks to send now on `connection`.
  func takeUnsent(for connection: StoreConnection) -> ArraySlice<AppendBlock> {
    isQueued = false
    guard case .ready(let current) = phase, current === connection, !isDraining else { return [] }
    freezeOpenBlock()
    lastSentNumber = nextNumber &- 1
    defer { sentCount = blocks.count }
    return blocks[sentCount...]
  }

  enum Acknowledged {
    case blocks([AppendBlock])
    /// The peer acknowledged what was never sent, or a part of a block.
    case violation
    /// The peer does not have any more what it said is stored, up to that number.
    case lost(stored: Int64)
  }

  func acknowledge(
    through number: Int64, writeOffset: Int64, on connection: StoreConnection
  ) -> Acknowledged {
    guard case .ready(let current) = phase, current === connection else { return .blocks([]) }
    var count = 0
    while count < sentCount, blocks[count].lastNumber <= number { count += 1 }
    let firstUnsent = count < blocks.count ? blocks[count].firstNumber : nextNumber
    if count == sentCount, number >= firstUnsent { return .violation }
    lastWriteOffset = max(lastWriteOffset, writeOffset)
    if attempts | failedAttempts > 0, count > 0 { noteProgress() }
    return .blocks(removeFirst(count))
  }

  /// What the store says of this writer on a new connection: blocks up to `number` are stored.
  func resume(after number: Int64, on connection: StoreConnection) -> Acknowledged {
    guard number <= lastSentNumber else { return .violation }
    // Those events were reported as stored and are not here any more to be sent again.
    guard lastStoredNumber == 0 || number >= lastStoredNumber else {
      return .lost(stored: lastStoredNumber)
    }
    var count = 0
    while count < blocks.count, blocks[count].lastNumber <= number { count += 1 }
    // The store keeps a block whole or not at all.
    if count < blocks.count, number >= blocks[count].firstNumber { return .violation }
    sentCount = 0
    for block in blocks { block.isInDoubt = false }
    phase = .ready(connection)
    expiredTokens = 0
    // A set-up alone is no progress: a store might break at every append.
    if count == blocks.count || count > 0 { noteProgress() }
    return .blocks(removeFirst(count))
  }

  private func noteProgress() {
    failedAttempts = 0
    attempts = 0
    failingSince = nil
    retryAt = nil
  }

  /// Whether the seal of the segment leaves open what is stored: blocks are on their way that were
  /// sent before on a connection that broke.
  var isSealDoubtful: Bool { !isKnownSealed && blocks[..<sentCount].contains { $0.mayLinger } }

  /// Whether it has nothing in flight and may leave a connection that it drains.
  var isDrained: Bool { isDraining && sentCount == 0 }

  /// Takes out what is stored, and marks it so: a flush does not see it any more.
  private func removeFirst(_ count: Int) -> [AppendBlock] {
    guard count > 0 else { return [] }
    let removed = Array(blocks[..<count])
    for block in removed { block.completion.markStored() }
    lastStoredNumber = removed.last?.lastNumber ?? lastStoredNumber
    blocks.removeFirst(count)
    sentCount = max(0, sentCount - count)
    return removed
  }

  /// Leaves its connection. What was sent there is in doubt until the next set-up.
  ///
  /// - Parameter isSettled: whether the store said of what was sent that it is not stored.
  /// - Returns: the number of blocks that were in flight.
  func detach(to next: Phase, isSettled: Bool = false) -> Int {
    for block in blocks[..<sentCount] where !isSettled { block.isInDoubt = true }
    for block in blocks[..<sentCount] { block.mayLinger = true }
    defer { sentCount = 0 }
    phase = next
    isQueued = false
    isDraining = false
    return sentCount
  }

  /// Puts blocks back that ``takeAll()`` gave away.
  func keep(_ kept: [AppendBlock]) { blocks = kept + blocks }

  /// All that was written so far is stored when these are.
  var pending: [BlockCompletion] {
    blocks.map(\.completion) + (open.map { [$0.completion] } ?? [])
  }

  /// Why nothing can be written to the segment any more.
  var failure: PravegaError? {
    if case .failed(let error) = phase { return error }
    return nil
  }

  /// Shows all unacknowledged blocks as they are, the open one last.
  func unacknowledgedBlocks() -> [AppendBlock] {
    closeLane()
    return blocks + (open.map { [$0] } ?? [])
  }

  /// Ends the open block and shows all unacknowledged ones.
  func frozenBlocks() -> [AppendBlock] {
    freezeOpenBlock()
    return blocks
  }

  /// Ends the open block and gives all unacknowledged ones away.
  func takeAll() -> [AppendBlock] {
    freezeOpenBlock()
    defer {
      blocks = []
      sentCount = 0
    }
    return blocks
  }
}

extension Chunk {
  /// Whether a fresh chunk has room for that much and the end of a frame.
  @inline(__always)
  func fits(_ byteCount: Int) -> Bool { byteCount + AppendFrame.tailByteCount <= capacity }
}
