// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire

/// Reads the events of one segment from an offset on, a little ahead of its caller.
///
/// One request is out at a time, and its length is reserved from the client's read budget before
/// it is sent. ``next(_:)`` never waits: replies come on the IO thread and put the segment into
/// its feed's queue. ``next(_:)``, ``seek(to:)`` and ``offset`` belong to one thread at a time, all
/// else is safe from any.
// @unchecked: `assembler` belongs to the consumer, the rest lies behind the monitor.
package final class SegmentReader: @unchecked Sendable {
  struct State {
    var chunks: [ReadChunk] = []
    /// Where the next request starts.
    var nextOffset: Int64
    /// The offset that is asked for, while a request is out.
    var requested: Int64?
    /// When it was asked for, or last found to be still to come.
    var askedAt = Deadline.distantFuture
    /// How often that question was asked anew because no answer came.
    var repeats = 0
    /// Part of the request ids: a reply to an earlier question is known by it.
    var question: UInt32 = 0
    var reserved = 0
    /// Bytes to ask for next.
    var window = SegmentReader.firstWindow
    var connection: StoreConnection?
    var flowID = FlowID.next()
    var end: End?
    var isClosed = false
    var failedAttempts = 0
    var failingSince: Deadline?
    /// Tokens in a row that the store found expired, and when it last did.
    var expiredTokens = 0
    var lastExpiry: Deadline?
    var retryAt: Deadline?
    /// Of which the next attempt to connect shows what it was.
    var doubtfulLoss: ConnectionLoss?
  }

  /// Why no more bytes come.
  package enum End: Sendable {
    /// The segment is sealed and was read to its end.
    case endOfSegment
    /// The next offset lies before the segment's first byte, which is `startOffset` if it is known.
    case truncated(startOffset: Int64?)
    /// The segment does not exist any more.
    case missing
    case failed(PravegaError)
  }

  package enum Next {
    case event(LentEvent)
    /// Nothing yet; the segment comes back to its feed's queue.
    case notReady
    case end(End)
  }

  package let segment: Segment
  let feed: ReadFeed
  let monitor: Monitor<State>
  let maxWindow: Int
  /// Where its consumer wants to be told, when that is not the feed's own queue.
  let mark: ReadyMark?
  // Only the consumer touches it, one call at a time.
  @exclusivity(unchecked) private var assembler: EventAssembler

  /// First request and every request at the tail: little, so that a thousand idle segments cost little.
  static let firstWindow = 16 << 10
  /// What a reader may ask for although the budget is used up.
  static let credit = 4 << 10
  package static var creditByteCount: Int { credit }
  /// What a question at the tail asks for; it grows with hits.
  static let tailWindow = credit
  /// Replies that wait for the caller before the next request goes out.
  static let chunksAhead = 1

  init(
    segment: Segment, offset: Int64, bufferSize: Int, feed: ReadFeed, mark: ReadyMark? = nil
  ) {
    self.segment = segment
    self.mark = mark
    self.feed = feed
    maxWindow = max(1024, min(bufferSize, 2 << 20))
    monitor = Monitor(State(nextOffset: offset))
    unsafe assembler = EventAssembler(offset: offset, budget: feed.core.readBudget)
  }

  /// Offset of the next event.
  package var offset: Int64 { unsafe assembler.offset }

  /// Lends the next event when it is at hand; nil does not say why not.
  @inline(__always)
  package func nextHere() -> LentEvent? { unsafe assembler.nextHere() }

  /// Lends the next event until the next call, if it is there; it then counts as read.
  package func next() -> Next {
    while true {
      switch unsafe assembler.next() {
      case .event(let event): return .event(event)
      case .corrupted: return .end(.failed(corruptedError))
      case .tooLarge(let byteCount): return .end(.failed(tooLarge(byteCount)))
      case .needsChunk:
        switch takeChunk() {
        case .chunk(let chunk): unsafe assembler.add(chunk)
        case .notReady: return .notReady
        case .end(.endOfSegment) where unsafe assembler.isInsideEvent:
          return .end(.failed(cutOffError))
        case .end(let end): return .end(end)
        }
      }
    }
  }

  /// Goes on at another offset; what was read ahead is dropped.
  package func seek(to offset: Int64) {
    unsafe assembler.seek(to: offset)
    let dropped = monitor.withLock { state -> [ReadChunk] in
      defer { state.chunks = [] }
      state.nextOffset = offset
      state.end = nil
      // The reply of an older request no longer fits and is dropped when it comes.
      state.requested = nil
      state.question &+= 1
      return state.chunks
    }
    _ = dropped
    feed.wantRequests(self)
  }

  /// Gives its connection and memory back. Never blocks.
  package func close() {
    let (connection, flowID, reserved, dropped) = monitor.withLock {
      state -> (StoreConnection?, FlowID, Int, [ReadChunk]) in
      state.isClosed = true
      defer {
        state.connection = nil
        state.chunks = []
        state.reserved = 0
      }
      return (state.connection, state.flowID, state.reserved, state.chunks)
    }
    _ = dropped
    connection?.removeFlow(flowID)
    feed.core.readBudget.release(reserved)
    feed.remove(self)
  }

  private enum Taken {
    case chunk(ReadChunk)
    case notReady
    case end(End)
  }

  private func takeChunk() -> Taken {
    let (taken, request) = monitor.withLock { state -> (Taken, Bool) in
      guard !state.chunks.isEmpty else {
        if let end = state.end { return (.end(end), false) }
        return (.notReady, state.requested == nil)
      }
      let chunk = state.chunks.removeFirst()
      return (.chunk(chunk), state.wantsRequest)
    }
    if request { sendRequest() }
    return taken
  }

  private var corruptedError: PravegaError {
    PravegaError(
      .corruptedState, "There is no event at offset \(offset) of \(segment).",
      hint:
        "Check that the position comes from this stream and that the segment does not hold raw bytes.",
      context: .init(operation: "readNextEvent", subject: segment.qualifiedName))
  }

  private var cutOffError: PravegaError {
    PravegaError(
      .corruptedState, "The segment \(segment) ends inside the event at offset \(offset).",
      hint: "Look at the segment store's log, and check that the segment does not hold raw bytes.",
      context: .init(operation: "readNextEvent", subject: segment.qualifiedName))
  }

  private func tooLarge(_ byteCount: Int) -> PravegaError {
    PravegaError(
      .resourceExhausted,
      "The event at offset \(offset) of \(segment) has \(byteCount) bytes, more than the read buffer.",
      hint: "Set readBufferSize of the client's configuration to more than that.",
      context: .init(operation: "readNextEvent", subject: segment.qualifiedName))
  }

  // MARK: - Requests

  /// Asks for the next bytes when that is due and there is a connection; else the feed makes one.
  func sendRequest() {
    guard let token = feed.readToken(for: segment) else { return feed.wantRepair() }
    let budget = feed.core.readBudget
    let granted = budget.reserve(monitor.withLock { $0.window }, least: Self.credit)
    let request = monitor.withLock { state -> (StoreConnection, ReadSegment)? in
      guard state.wantsRequest, let connection = state.connection else { return nil }
      state.requested = state.nextOffset
      state.askedAt = .now
      state.reserved += granted
      var request = ReadSegment()
      request.segment = segment.qualifiedName
      request.offset = state.nextOffset
      request.suggestedLength = Int32(clamping: granted)
      request.delegationToken = token
      request.requestID = state.flowID.requestID(sequence: state.question)
      return (connection, request)
    }
    guard let (connection, read) = request else {
      budget.release(granted)
      if monitor.withLock({ $0.wantsRequest && $0.connection == nil }) { feed.wantRepair() }
      return
    }
    guard let frame = try? WireCodec.frame(read) else { return }
    // When the connection is gone its loss is reported to this flow.
    connection.send(frame)
  }
}

extension SegmentReader.State {
  var wantsRequest: Bool {
    requested == nil && !isClosed && end == nil && chunks.count < SegmentReader.chunksAhead
  }
}
