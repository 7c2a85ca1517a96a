// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import PravegaWire

// A sealed segment's events go to its successors, once, in order.
extension StreamWriter {
  /// Where an event of a block went.
  private typealias Link = (block: AppendBlock, index: Int)

  /// Replaces a sealed segment. Callers with events for it wait meanwhile; others do not notice.
  func handOver(_ appender: SegmentAppender) {
    monitor.withLock { _ in appender.attempts += 1 }
    do throws(PravegaError) {
      let successors = try environment.successors(
        of: appender.segment, until: .after(repairSettings.stepTimeout))
      guard !successors.isEmpty else { return end(with: Self.sealedError(stream)) }
      let current = monitor.withLock { $0.segments }
      let next = try current.replacing(appender.segment, by: successors)
      install(next, movingFrom: appender)
    } catch {
      let failure = monitor.withLock { _ in appender.noteFailure(patience) }
      let isHopeless = error.retry == .never || failure.isLast
      log(.warning, "the successors of a segment are not known yet: \(error.message)", appender)
      // Without its successors nobody can say where a key belongs: the whole writer ends.
      if isHopeless { end(with: error) }
    }
  }

  private func install(_ next: StreamSegments, movingFrom old: SegmentAppender) {
    // They stay with the old writer until the new ones have them, so that a flush sees them.
    let blocks = monitor.withLock { _ in old.frozenBlocks() }
    var plan = MovePlan(next, pool: environment.buffers)
    let links = blocks.map { plan.move($0) }
    // Before anything is sent to the successors: who sees a moved event stored finds its future done.
    for (block, links) in zip(blocks, links) { block.completion.resolve(.moved(links)) }
    let (end, added) = monitor.withLock { state -> (PravegaError?, Int) in
      if let end = state.end { return (end, 0) }
      let before = state.appenders.count
      old.phase = .moved
      _ = old.takeAll()
      state.install(next) { SegmentAppender(segment: $0) }
      for (segmentID, moved) in plan.blocks { state.appenders[segmentID]?.adopt(moved) }
      return (nil, state.appenders.count - before)
    }
    environment.buffers.addSegmentWriters(added)
    monitor.signalAll()
    if let end {
      for block in plan.blocks.values.joined() { block.completion.resolve(.failed(end)) }
      return
    }
    environment.buffers.interrupt()
    wakeAdopters(plan.blocks.keys)
    failAdopters(plan.blocks.keys)
    log(.info, "a segment's successors took over", old)
    wantRepair()
  }

  /// Successors that were there before, as after a merge, have something to send now.
  private func wakeAdopters(_ segmentIDs: some Sequence<Int64>) {
    for id in segmentIDs {
      let target = monitor.withLock { state -> (StoreConnection, FlowID)? in
        guard let appender = state.appenders[id], case .ready(let connection) = appender.phase
        else { return nil }
        appender.isQueued = true
        return (connection, appender.flowID)
      }
      target?.0.wake(target?.1 ?? FlowID(value: 0), isFull: true)
    }
  }

  /// A successor that was there before may have been given up.
  private func failAdopters(_ segmentIDs: some Sequence<Int64>) {
    for id in segmentIDs {
      let failed = monitor.withLock { state -> (blocks: [AppendBlock], error: PravegaError)? in
        guard let appender = state.appenders[id], case .failed(let error) = appender.phase
        else { return nil }
        return (appender.takeAll(), error)
      }
      for block in failed?.blocks ?? [] {
        block.completion.resolve(.failed(failed?.error ?? Self.closedError))
      }
    }
  }

  static var closedError: PravegaError {
    PravegaError(
      .objectClosed, "The writer is closed.", hint: "Create another one and use that.",
      retry: .outcomeUnknown)
  }
}

/// The events of a sealed segment sorted by where they belong now, copied into new blocks.
private struct MovePlan {
  private let segments: StreamSegments
  private let pool: BufferPool
  private(set) var blocks: [Int64: [AppendBlock]] = [:]

  init(_ segments: StreamSegments, pool: BufferPool) {
    self.segments = segments
    self.pool = pool
  }

  /// Copies a block's events; events that belong together stay together.
  mutating func move(_ block: AppendBlock) -> [WriteFuture] {
    var links: [WriteFuture] = []
    var group: [UInt8] = []
    var words: [RoutingWord] = []
    unsafe block.forEachEvent { payload, word in
      if !word.isJoinedToPrevious, !words.isEmpty {
        links += place(group, words)
        group = []
        words = []
      }
      // An event without a key may go anywhere, as if it was written now.
      let word =
        word.hasKey
        ? word
        : RoutingWord(fraction: Double.random(in: 0..<1), hasKey: false, seat: word.seat)
      words.append(word)
      unsafe Self.frame(payload, into: &group)
    }
    if !words.isEmpty { links += place(group, words) }
    return links
  }

  private static func frame(_ payload: UnsafeRawBufferPointer, into bytes: inout [UInt8]) {
    bytes.append(contentsOf: [0, 0, 0, 0])
    let length = UInt32(truncatingIfNeeded: payload.count)
    unsafe withUnsafeBytes(of: length.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    unsafe bytes.append(contentsOf: payload)
  }

  private mutating func place(_ framed: [UInt8], _ words: [RoutingWord]) -> [WriteFuture] {
    guard let target = segments.segment(for: words[0].fraction)?.segmentID else { return [] }
    let block = openBlock(of: target, for: framed.count)
    let first = block.eventCount
    if framed.count + AppendFrame.tailByteCount <= ChunkSize.large.byteCount {
      unsafe framed.withUnsafeBytes { unsafe block.append(framed: $0, routing: words) }
    } else {
      block.append(ridingFramed: RidingPayload(moved: framed, pool: pool), routing: words)
    }
    return words.indices.map { WriteFuture(completion: block.completion, index: first + $0) }
  }

  private mutating func openBlock(of target: Int64, for byteCount: Int) -> AppendBlock {
    if let last = blocks[target]?.last, last.byteCount < StreamWriter.blockLimit,
      last.byteCount + byteCount <= EventFraming.maxBatchByteCount
    {
      if last.room >= byteCount || byteCount > StreamWriter.soleBlockLimit { return last }
      if last.byteCount + byteCount <= StreamWriter.soleBlockLimit {
        last.extend(with: pool.takeMoved(byteCount + AppendFrame.tailByteCount))
        return last
      }
    }
    let size = AppendFrame.headByteCount + AppendFrame.tailByteCount + byteCount
    let block = AppendBlock(chunk: pool.takeMoved(size))
    blocks[target, default: []].append(block)
    return block
  }
}
