// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire

extension SegmentReader: FlowHandler {
  package func received(_ frame: ReceivedFrame, on connection: StoreConnection) {
    do throws(PravegaError) {
      switch frame.code {
      case SegmentRead.code: try data(frame, connection)
      case SegmentIsSealed.code: finish(.endOfSegment, frame)
      case NoSuchSegment.code: finish(.missing, frame)
      case SegmentIsTruncated.code:
        let reply = try WireCodec.decode(SegmentIsTruncated.self, frame, from: connection.endpoint)
        finish(.truncated(startOffset: reply.startOffset), frame)
      default: try refused(frame, connection)
      }
    } catch {
      connection.fail(error.isForeignPeer ? error : error.with(retry: .safe))
    }
  }

  /// Ends the segment, unless the reply is to a question from before a seek.
  private func finish(_ end: End, _ frame: ReceivedFrame) {
    let question = WireCodec.sequence(of: frame)
    guard monitor.withLock({ $0.question == question }) else { return }
    finish(end)
  }

  package func connectionLost(_ connection: StoreConnection, _ error: PravegaError) {
    lose(connection, error)
  }

  private func refused(_ frame: ReceivedFrame, _ connection: StoreConnection) throws(PravegaError) {
    guard let error = try StoreFailure.error(frame, from: connection.endpoint) else {
      throw WireCodec.malformed(frame, from: connection.endpoint)
    }
    switch error.code {
    case .tokenExpired:
      feed.core.tokenExpired(for: segment.pravegaStream)
      feed.forgetToken(of: segment.pravegaStream)
      // New ones that are as old will not get younger.
      let count = monitor.withLock { $0.noteExpiredToken(at: .now) }
      if count > StoreFailure.mostExpiredTokens {
        finish(
          .failed(error.with(operation: "readNextEvent", subject: segment.qualifiedName)))
      }
      connection.fail(error)
    case .invalidToken: finish(.failed(error))
    default:
      // Another host, or a store that failed: ask the controller and go on elsewhere.
      connection.retire()
      lose(connection, error, isMove: frame.code == WrongHost.code)
    }
  }

  /// Leaves a connection; the feed's repair finds another one.
  private func lose(
    _ connection: StoreConnection, _ error: PravegaError, isMove: Bool = false
  ) {
    let longest = feed.core.settings.repair.longestPause
    let loss = ConnectionLoss(
      "a read connection", error, of: connection.endpoint, isMove: isMove)
    let (flowID, reserved) = monitor.withLock { state -> (FlowID?, Int) in
      guard state.connection === connection else { return (nil, 0) }
      let flowID = state.flowID
      let reserved = state.reserved
      state.connection = nil
      state.requested = nil
      state.reserved = 0
      state.flowID = .next()
      state.repeats = 0
      if loss.doubtfulEndpoint != nil { state.doubtfulLoss = loss }
      state.noteFailure(longestPause: longest)
      return (flowID, reserved)
    }
    guard let flowID else { return }
    connection.removeFlow(flowID)
    feed.core.readBudget.release(reserved)
    feed.giveUpIfHopeless(self, error)
    if loss.doubtfulEndpoint == nil {
      log(loss, connection.endpoint)
    } else {
      feed.endDoubt(about: self)
    }
    feed.wantRepair()
  }

  /// - Parameters:
  ///   - endpoint: where the segment is found; nil: nowhere.
  ///   - longest: a doubt that is younger stays.
  func explainLoss(by endpoint: Endpoint?, since longest: Duration = .zero) {
    let loss = monitor.withLock { state -> ConnectionLoss? in
      guard state.doubtfulLoss?.isDoubtful(since: longest) == true else { return nil }
      defer { state.doubtfulLoss = nil }
      return state.doubtfulLoss
    }
    guard let loss, let lost = loss.doubtfulEndpoint else { return }
    log(loss.explained(by: endpoint), lost)
  }

  private func log(_ loss: ConnectionLoss, _ endpoint: Endpoint) {
    let flowID = monitor.withLock { $0.flowID }
    feed.core.log.log(
      loss.level, loss.message,
      [
        ("segment", segment.qualifiedName), ("requestId", String(flowID.requestID(sequence: 0))),
        ("endpoint", endpoint.description),
      ])
  }

  /// The store has something and has not answered: asks again, elsewhere when that is no help either.
  /// Does nothing when the answer came meanwhile; one that comes later is dropped.
  func askAgain(_ question: UInt32, at offset: Int64) {
    let (connection, reserved, isFirst) = monitor.withLock {
      state -> (StoreConnection?, Int, Bool) in
      guard state.question == question, state.requested == offset else { return (nil, 0, false) }
      guard state.repeats == 0 else { return (state.connection, 0, false) }
      state.repeats += 1
      state.question &+= 1
      state.requested = nil
      defer { state.reserved = 0 }
      return (state.connection, state.reserved, true)
    }
    guard let connection else { return }
    let error = PravegaError(
      .timeout, "The segment store \(connection.endpoint) has left a read unanswered.", retry: .safe
    )
    guard isFirst else {
      connection.retire()
      return lose(connection, error)
    }
    feed.core.readBudget.release(reserved)
    feed.core.log.log(
      .warning, "a read was left unanswered and is asked again",
      [("segment", segment.qualifiedName), ("endpoint", connection.endpoint.description)])
    sendRequest()
  }

  /// No more bytes come after those that are here.
  func finish(_ end: End) {
    let reserved = monitor.withLock { state -> Int in
      state.end = end
      state.requested = nil
      defer { state.reserved = 0 }
      return state.reserved
    }
    feed.core.readBudget.release(reserved)
    feed.enqueue(self)
  }

  private func data(_ frame: ReceivedFrame, _ connection: StoreConnection) throws(PravegaError) {
    guard let received = ReadReply(frame) else {
      throw WireCodec.malformed(frame, from: connection.endpoint)
    }
    let budget = feed.core.readBudget
    let question = WireCodec.sequence(of: frame)
    let granted = monitor.withLock { state -> Int? in
      // A reply to a question that is not asked any more, as after a seek.
      guard state.connection === connection, state.requested == received.offset,
        state.question == question
      else { return nil }
      defer { state.reserved = 0 }
      return state.reserved
    }
    guard let granted else { return }
    // What comes unasked is not in the budget: it is asked for again when its turn has come.
    let reply = received.limited(to: granted)
    let slab = unsafe reply.data.count == received.data.count ? frame.slab : nil
    let isEmpty = unsafe reply.data.isEmpty
    if isEmpty { budget.release(granted) }
    let chunk =
      isEmpty
      ? nil : unsafe ReadChunk.make(reply.data, slab: slab, reserved: granted, budget: budget)
    // The question stays asked until its bytes are in place: else another thread would ask for the
    // same bytes again. Meanwhile it may have been closed or sent elsewhere.
    let isTaken = monitor.withLock { state -> Bool in
      guard state.connection === connection, state.requested == reply.offset,
        state.question == question
      else { return false }
      state.take(reply, chunk)
      let count = unsafe reply.data.count
      state.window = nextWindow(state.window, granted: granted, count, atTail: reply.atTail)
      return true
    }
    guard isTaken else { return }
    if !isEmpty || reply.endOfSegment { feed.enqueue(self) }
    sendRequestIfDue()
  }

  private func sendRequestIfDue() {
    if monitor.withLock({ $0.wantsRequest }) { sendRequest() }
  }

  private func nextWindow(_ window: Int, granted: Int, _ count: Int, atTail: Bool) -> Int {
    if atTail, count < granted { return Self.tailWindow }
    return count >= granted ? min(maxWindow, max(window, granted) * 4) : window
  }
}

extension SegmentReader.State {
  /// Puts the bytes of a reply in place and settles its request.
  fileprivate mutating func take(_ reply: ReadReply, _ chunk: ReadChunk?) {
    requested = nil
    repeats = 0
    failedAttempts = 0
    failingSince = nil
    expiredTokens = 0
    retryAt = nil
    if let chunk { chunks.append(chunk) }
    nextOffset = reply.offset &+ Int64(unsafe reply.data.count)
    if reply.endOfSegment { end = .endOfSegment }
  }

  /// Returns how many in a row: those of a quiet segment are in none, they lie a token's life apart.
  mutating func noteExpiredToken(at now: Deadline) -> Int {
    if let last = lastExpiry, last.advanced(by: .seconds(10)) < now { expiredTokens = 0 }
    lastExpiry = now
    expiredTokens += 1
    return expiredTokens
  }

  mutating func noteFailure(longestPause longest: Duration) {
    failedAttempts += 1
    if failingSince == nil { failingSince = .now }
    retryAt =
      failedAttempts == 1
      ? nil : .after(RepairSchedule.delay(beforeAttempt: failedAttempts, longest: longest))
  }
}

extension ReadChunk {
  fileprivate static func make(
    _ bytes: UnsafeRawBufferPointer, slab: AnyObject?, reserved: Int, budget: ByteBudget
  ) -> ReadChunk {
    guard let slab else {
      return unsafe ReadChunk(copying: bytes, reserved: reserved, budget: budget)
    }
    return unsafe ReadChunk(borrowing: bytes, of: slab, reserved: reserved, budget: budget)
  }
}

/// A `SegmentRead` whose data stays where it was received.
@safe
struct ReadReply {
  let offset: Int64
  let atTail: Bool
  let endOfSegment: Bool
  let data: UnsafeRawBufferPointer

  private init(offset: Int64, data: UnsafeRawBufferPointer) {
    self.offset = offset
    atTail = false
    endOfSegment = false
    unsafe self.data = data
  }

  /// The reply, or its beginning when it is longer.
  func limited(to byteCount: Int) -> ReadReply {
    guard unsafe data.count > byteCount else { return self }
    return unsafe ReadReply(
      offset: offset, data: UnsafeRawBufferPointer(rebasing: data[..<byteCount]))
  }

  /// Nil when the frame is too short for its fields.
  init?(_ frame: ReceivedFrame) {
    guard let nameLength = frame.uint16(at: 0) else { return nil }
    let first = 2 + Int(nameLength)
    guard let offset = frame.int64(at: first), let length = frame.int32(at: first + 10),
      length >= 0, unsafe frame.payload.count >= first + 14 + Int(length)
    else { return nil }
    self.offset = offset
    unsafe atTail = frame.payload[first + 8] != 0
    unsafe endOfSegment = frame.payload[first + 9] != 0
    unsafe data = UnsafeRawBufferPointer(
      rebasing: frame.payload[first + 14..<first + 14 + Int(length)])
  }
}
