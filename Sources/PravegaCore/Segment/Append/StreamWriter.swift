// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
package import PravegaThreads
internal import PravegaWire

/// Writes events of one stream: picks the segment of each, keeps blocks in flight on shared
/// connections, repairs what breaks and hands events over to successors. Its users have a
/// ``WriterSeat`` each.
///
/// One lock protects the routing table and all segment writers, so that a hand-over is a change
/// under that lock. Callers leave the lock before anything is sent. Safe to use from any thread.
package final class StreamWriter: Sendable {
  struct State {
    var table = RoutingTable()
    var segments = StreamSegments.empty
    /// By segment id; only those that the table refers to.
    var appenders: [Int64: SegmentAppender] = [:]
    /// Why nothing can be written any more.
    var end: PravegaError?
    var seats = Seats()
    var isRepairing = false
    var isRepairWanted = false
    var random = SystemRandomNumberGenerator()
  }

  /// What a sent request has to wake.
  fileprivate struct Wake {
    var connection: StoreConnection?
    var flow = FlowID(value: 0)
    var isFull = false
  }

  let environment: any AppendEnvironment
  let stream: PravegaStream
  let monitor = Monitor(State())
  /// Keeps the writer alive until it ends.
  let reference = WriterReference()
  let patience: WriterPatience
  /// Nil where it shares its connections.
  let owner: ConnectionOwner?

  /// Block size at which a block goes without waiting, bytes.
  static let blockLimit = 64 << 10
  /// The same where the segment has its connection to itself.
  static let soleBlockLimit = 1 << 20
  /// Payloads above this ride along uncopied.
  static let ridingThreshold = 64 << 10

  /// - Parameters:
  ///   - retry: how often and when to look for a lost store; nil is this library's own way.
  ///   - sharesConnections: whether other writers may use its connections.
  package init(
    stream: PravegaStream, segments: StreamSegments, environment: any AppendEnvironment,
    retry: RetryPolicy? = nil, sharesConnections: Bool = true
  ) throws(PravegaError) {
    self.stream = stream
    self.environment = environment
    patience = WriterPatience(retry, environment.settings.repair)
    owner = sharesConnections ? nil : ConnectionOwner()
    guard !segments.isEmpty else { throw StreamWriter.sealedError(stream) }
    let count = monitor.withLock { state in
      state.install(segments) { SegmentAppender(segment: $0) }
      return state.appenders.count
    }
    environment.buffers.addSegmentWriters(count)
    reference.set(self)
    wantRepair()
  }

  // MARK: - Writing

  /// Adds one event. Blocks only when the memory budget is used up or its segment is being replaced.
  ///
  /// - Parameters:
  ///   - fraction: hash of the routing key in [0, 1), or nil for an event without one.
  ///   - deadline: worked out only where the call may block: a look at the clock costs as much as
  ///     the rest.
  package func write(
    _ buffer: EventBuffer, fraction: Double?, by seat: WriterSeat,
    until deadline: @autoclosure () -> Deadline
  ) throws(PravegaError) -> WriteFuture {
    let hasKey = fraction != nil
    let fraction = fraction ?? buffer.randomFraction()
    let word = RoutingWord(fraction: fraction, hasKey: hasKey, seat: seat.mark)
    if buffer.byteCount <= Self.ridingThreshold {
      let future = unsafe buffer.withBytes { bytes in
        monitor.withLock { state in
          seat.isTaken ? unsafe state.table.lane(for: fraction)?.pointee.add(bytes, word) : nil
        }
      }
      if let future { return future }
    }
    return try writeSlowly(buffer, word, by: seat, until: deadline())
  }

  /// The way of an event that finds no open lane.
  private func writeSlowly(
    _ buffer: EventBuffer, _ word: RoutingWord, by seat: WriterSeat, until deadline: Deadline
  ) throws(PravegaError) -> WriteFuture {
    guard buffer.byteCount <= EventFraming.maxPayloadByteCount else {
      throw PravegaError(
        .invalidArgument,
        "The event has \(buffer.byteCount) bytes; the limit is \(EventFraming.maxPayloadByteCount).",
        hint: "Split it into smaller events.")
    }
    if buffer.byteCount > Self.ridingThreshold {
      let payload = try ride(buffer.takeBytes(), by: seat, until: deadline)
      return try unsafe append(.riding(payload, word), word: word, by: seat, until: deadline)
    }
    return try unsafe buffer.withBytes { (bytes) throws(PravegaError) in
      try unsafe append(.payload(bytes, word), word: word, by: seat, until: deadline)
    }
  }

  /// Adds events that share a routing key as one atomic append.
  ///
  /// - Parameter framed: the events with their headers, one after the other.
  package func writeBatch(
    framed: [UInt8], count: Int, fraction: Double, by seat: WriterSeat, until deadline: Deadline
  ) throws(PravegaError) -> WriteFuture {
    let first = RoutingWord(fraction: fraction, hasKey: true, seat: seat.mark)
    let later = RoutingWord(
      fraction: fraction, hasKey: true, isJoinedToPrevious: true, seat: seat.mark)
    let words = [first] + Array(repeating: later, count: max(0, count - 1))
    if framed.count > Self.ridingThreshold {
      let payload = try ride(framed, by: seat, until: deadline)
      return try unsafe append(
        .ridingFramed(payload, words), word: first, by: seat, until: deadline)
    }
    var result: Result<WriteFuture, PravegaError>?
    unsafe framed.withUnsafeBytes { bytes in
      do throws(PravegaError) {
        result = .success(
          try unsafe append(.framed(bytes, words), word: first, by: seat, until: deadline))
      } catch {
        result = .failure(error)
      }
    }
    guard let result else { throw PravegaError(.invalidArgument, "The batch is empty.") }
    return try result.get()
  }

  private func ride(
    _ bytes: [UInt8], by seat: WriterSeat, until deadline: Deadline
  ) throws(PravegaError) -> RidingPayload {
    let pool = environment.buffers
    while !pool.charge(bytes.count) {
      let seen = pool.calls
      try throwIfEnded(seat)
      guard pool.waitForRoom(bytes.count, since: seen, until: deadline) else {
        throw noRoomError()
      }
    }
    return RidingPayload(bytes, chargedTo: pool)
  }

  fileprivate enum Step {
    case done(WriteFuture, Wake)
    case needsChunk(ChunkSize, guaranteed: Bool)
    case waitForHandOver
    case failed(PravegaError)
  }

  private func append(
    _ item: AppendItem, word: RoutingWord, by seat: WriterSeat, until deadline: Deadline
  ) throws(PravegaError) -> WriteFuture {
    var spare: Chunk?
    var seen: BufferPool.Calls?
    while true {
      switch monitor.withLock({ $0.place(item, word, by: seat, &spare) }) {
      case .done(let future, let wake):
        if let connection = wake.connection { connection.wake(wake.flow, isFull: wake.isFull) }
        return future
      case .needsChunk(let size, let guaranteed):
        let least = item.copiedByteCount + AppendFrame.overheadByteCount
        spare = takeChunk(size, least: least, guaranteed: guaranteed)
        if spare == nil { seen = try waitForRoom(least, since: seen, until: deadline) }
      case .waitForHandOver:
        try waitForHandOver(word, by: seat, until: deadline)
      case .failed(let error):
        throw error
      }
    }
  }

  /// - Parameter least: what must fit in the chunk, frame included; a segment that has none yet may
  ///   take the smallest such chunk whatever the budget says.
  private func takeChunk(_ size: ChunkSize, least: Int, guaranteed: Bool) -> Chunk? {
    let pool = environment.buffers
    let smallest = ChunkSize.holding(least)
    let size = max(smallest, min(size, pool.largestSize))
    return pool.take(size, guaranteed: false)
      ?? (guaranteed ? pool.take(smallest, guaranteed: true) : nil)
  }

  /// Waits for memory, after which the event is placed anew: its segment may be another by then, or
  /// have sent all it had and have a right to a chunk.
  ///
  /// - Parameter seen: what the last call returned. Without it the call only notes what has happened
  ///   so far, so that nothing is missed between a look at the segment and the wait.
  private func waitForRoom(
    _ least: Int, since seen: BufferPool.Calls?, until deadline: Deadline
  ) throws(PravegaError) -> BufferPool.Calls? {
    let pool = environment.buffers
    guard let seen else { return pool.calls }
    let byteCount = ChunkSize.holding(least).byteCount
    guard pool.waitForRoom(byteCount, since: seen, until: deadline) else { throw noRoomError() }
    return nil
  }

  private func waitForHandOver(
    _ word: RoutingWord, by seat: WriterSeat, until deadline: Deadline
  ) throws(PravegaError) {
    let isOver = monitor.wait(until: deadline) { state -> Bool? in
      if state.end != nil || !seat.isTaken { return true }
      guard let appender = state.table.appender(for: word.fraction) else { return true }
      if case .sealed = appender.phase { return nil }
      return true
    }
    guard isOver == nil else { return }
    throw PravegaError(
      .timeout, "The segment was sealed and its successors did not take over in time.",
      hint: "Check that the controller can be reached; the event was not written.", retry: .safe)
  }

  private func throwIfEnded(_ seat: WriterSeat) throws(PravegaError) {
    if let end = monitor.withLock({ $0.end ?? seat.refusal }) { throw end }
  }

  private func noRoomError() -> PravegaError {
    PravegaError(
      .timeout,
      "The event was not written: \(environment.buffers.limit) bytes are in flight already.",
      hint:
        "The segment store does not keep up or cannot be reached; write more slowly or wait longer.",
      retry: .safe)
  }

  static func sealedError(_ stream: PravegaStream) -> PravegaError {
    PravegaError(
      .segmentSealed, "The stream \(stream.scopedName) is sealed and takes no more events.",
      hint: "Write to another stream.")
  }

  // MARK: - Waiting and closing

  /// Waits until every event written before the call is stored.
  package func flush(until deadline: Deadline) throws(PravegaError) {
    let (pending, failure) = monitor.withLock { state -> ([BlockCompletion], PravegaError?) in
      let appenders = state.appenders.values
      return (appenders.flatMap { $0.pending }, appenders.lazy.compactMap { $0.failure }.first)
    }
    var firstError: PravegaError?
    for completion in pending {
      do throws(PravegaError) { try completion.waitForAll(until: deadline) } catch {
        firstError = firstError ?? error
      }
    }
    if let error = firstError ?? failure {
      throw error.with(operation: "flush", subject: stream.scopedName)
    }
    if let end = monitor.withLock({ $0.end }), end.code != .segmentSealed { throw end }
  }

  /// Largest write offset known of each current segment, -1 where nothing was acknowledged.
  package var writeOffsets: [Segment: Int64] {
    monitor.withLock { state in
      var offsets: [Segment: Int64] = [:]
      for appender in state.appenders.values {
        offsets[appender.segment] = appender.lastWriteOffset
      }
      return offsets
    }
  }

  /// Fails what is not acknowledged and refuses everything from now on. Never blocks.
  package func close() { end(with: Self.closedError) }

  /// Ends the writer for good: every pending event fails with `error`.
  func end(with error: PravegaError) {
    typealias Left = (blocks: [AppendBlock], connection: StoreConnection?, flow: FlowID, sent: Int)
    let left = monitor.withLock { state -> [Left] in
      guard state.end == nil else { return [] }
      state.end = error
      state.table = RoutingTable()
      let all = state.appenders.values
      state.appenders = [:]
      return all.map { appender in
        let connection = appender.connection
        let sent = appender.detach(to: .failed(error))
        return (appender.takeAll(), connection, appender.flowID, sent)
      }
    }
    environment.buffers.addSegmentWriters(-left.count)
    reference.clear()
    monitor.signalAll()
    environment.buffers.interrupt()
    for appender in left {
      appender.connection?.removeAppendFlow(appender.flow, inFlight: appender.sent)
      for block in appender.blocks { block.completion.resolve(.failed(error)) }
    }
    if let owner { environment.release(owner) }
  }
}

extension StreamWriter.State {
  /// Puts the new segments' writers in place; those that stay keep theirs.
  mutating func install(_ segments: StreamSegments, make: (Segment) -> SegmentAppender) {
    var next: [Int64: SegmentAppender] = [:]
    var entries: [(upperBound: Double, appender: SegmentAppender)] = []
    for entry in segments.entries {
      let segment = entry.segment.segment
      let appender = next[segment.segmentID] ?? appenders[segment.segmentID] ?? make(segment)
      next[segment.segmentID] = appender
      entries.append((entry.upperBound, appender))
    }
    self.segments = segments
    appenders = next
    table = RoutingTable(entries)
  }

  fileprivate mutating func place(
    _ item: AppendItem, _ word: RoutingWord, by seat: WriterSeat, _ spare: inout Chunk?
  ) -> StreamWriter.Step {
    if let error = end ?? seat.refusal { return .failed(error) }
    guard let appender = table.appender(for: word.fraction) else { return .waitForHandOver }
    var limit = StreamWriter.blockLimit
    switch appender.phase {
    case .ready(let connection): if connection.isSole { limit = StreamWriter.soleBlockLimit }
    case .disconnected, .settingUp: break
    case .sealed, .moved: return .waitForHandOver
    case .failed(let error): return .failed(error)
    }
    switch appender.place(item, limit: limit, spare: &spare) {
    case .needsChunk(let size, let guaranteed):
      if !guaranteed { appender.isAwaited = true }
      return .needsChunk(size, guaranteed: guaranteed)
    case .placed(let completion, let index, let isFull):
      var wake = StreamWriter.Wake()
      if case .ready(let connection) = appender.phase, isFull || !appender.isQueued {
        appender.isQueued = true
        wake = StreamWriter.Wake(connection: connection, flow: appender.flowID, isFull: isFull)
      }
      appender.openLane(limit: limit)
      return .done(WriteFuture(completion: completion, index: index), wake)
    }
  }
}
