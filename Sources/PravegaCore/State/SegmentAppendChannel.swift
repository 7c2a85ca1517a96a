// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire

/// Appends to one segment one at a time, conditional or not, each carried out exactly once.
///
/// Appends have numbers. A number stays the same however often the request is sent, and the store
/// says in its answer to a set-up which one it has stored: that is how an append whose answer was
/// lost is known to be done.
final class SegmentAppendChannel: Sendable {
  private struct State: Sendable {
    var isBusy = false
    var isClosed = false
    var number: Int64 = 0
    /// The last number that was ever sent: no store can have a later one.
    var sentNumber: Int64 = 0
    /// The last number that a store said is stored: none can have less later.
    var storedNumber: Int64 = 0
    var live: Live?
    /// Waits for the answer to its set-up.
    var settingUp: AppendReplyFlow?
  }

  /// A connection on which this writer was set up.
  private struct Live: Sendable {
    let connection: StoreConnection
    let flow: AppendReplyFlow
    let flowID: FlowID
    let storedNumber: Int64

    func leave() { connection.removeFlow(flowID) }
  }

  private let core: ClientCore
  private let segment: Segment
  private let access: TokenAccess
  private let writerID = WireUUID.random()
  private let monitor = Monitor(State())

  init(_ core: ClientCore, segment: Segment, access: TokenAccess) {
    self.core = core
    self.segment = segment
    self.access = access
  }

  deinit { close() }

  /// False when the condition was not met.
  func append(
    _ data: [UInt8], ifWriteOffsetIs expected: Int64?, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let number = try begin(until: deadline)
    defer { end() }
    let start = Deadline.now
    var attempt = 0
    var expiredTokens = 0
    var last: PravegaError?
    while true {
      attempt += 1
      do throws(PravegaError) {
        return try once(data, expected, number, isRetry: attempt > 1, until: deadline)
      } catch {
        dropConnection()
        if error.code == .tokenExpired { expiredTokens += 1 }
        let wait = RepairSchedule.delay(
          beforeAttempt: attempt, longest: core.settings.repair.longestPause)
        guard error.retry != .never, expiredTokens <= StoreFailure.mostExpiredTokens, !isShut,
          Deadline.after(wait) < deadline, !core.isHopeless(error, since: start, wait: wait)
        else {
          throw (error.isLate ? last ?? error : error)
            .with(subject: segment.qualifiedName, attempts: attempt)
        }
        last = error.isLate ? last ?? error : error
        core.pause(wait)
      }
    }
  }

  /// Gives the connection back; an append that is waiting fails.
  func close() {
    let (live, settingUp) = monitor.withLock { state -> (Live?, AppendReplyFlow?) in
      state.isClosed = true
      defer { (state.live, state.settingUp) = (nil, nil) }
      return (state.live, state.settingUp)
    }
    monitor.signalAll()
    settingUp?.fail(closedError)
    live?.flow.fail(closedError)
    live?.leave()
  }

  private var isShut: Bool { core.hasClosed || monitor.withLock { $0.isClosed } }

  private var closedError: PravegaError {
    PravegaError(
      .objectClosed, "The writer of \(segment) is closed.", hint: "Create another one and use that."
    )
  }

  /// Waits for the turn and gives the append its number.
  private func begin(until deadline: Deadline) throws(PravegaError) -> Int64 {
    let number = monitor.wait(until: deadline) { state -> Int64? in
      if state.isClosed { return -1 }
      guard !state.isBusy else { return nil }
      state.isBusy = true
      state.number += 1
      return state.number
    }
    guard let number else {
      throw PravegaError(.timeout, "Another append to \(segment) was still waiting.", retry: .safe)
    }
    guard number > 0 else { throw closedError }
    return number
  }

  private func end() {
    monitor.withLock { $0.isBusy = false }
    monitor.signalAll()
  }

  private func dropConnection() {
    let live = monitor.withLock { state -> Live? in
      defer { state.live = nil }
      return state.live
    }
    live?.leave()
  }

  private func once(
    _ data: [UInt8], _ expected: Int64?, _ number: Int64, isRetry: Bool, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let known = monitor.withLock { $0.live }
    let live = if let known { known } else { try setUp(isRetry: isRetry, until: deadline) }
    // Only where it was sent before: see `check(_:from:)`.
    if known == nil, live.storedNumber >= number { return true }
    let requestID = live.flowID.requestID(sequence: UInt32(truncatingIfNeeded: number &+ 1))
    let frame = try makeFrame(data, expected, number, requestID)
    monitor.withLock { $0.sentNumber = number }
    let reply = try live.flow.exchange(
      frame, requestID, on: live.connection, until: replyDeadline(deadline))
    switch reply.code {
    case DataAppended.code:
      let answer = try reply.decoded(DataAppended.self, from: live.connection.endpoint)
      try expect(number, answer.eventNumber, "stored", live.connection)
      monitor.withLock { $0.storedNumber = number }
      return true
    case ConditionalCheckFailed.code:
      let answer = try reply.decoded(ConditionalCheckFailed.self, from: live.connection.endpoint)
      try expect(number, answer.eventNumber, "refused", live.connection)
      return false
    default: throw try failure(reply, from: live.connection)
    }
  }

  /// An answer that names another append leaves open what became of this one.
  private func expect(
    _ number: Int64, _ told: Int64, _ what: String, _ connection: StoreConnection
  ) throws(PravegaError) {
    guard told != number else { return }
    connection.retire()
    throw StoreFailure.impossible(
      segment.qualifiedName, "append \(told) is \(what) when it was sent \(number)",
      connection.endpoint)
  }

  /// Whether what a store says of this writer can be: neither more than was sent nor less than was
  /// acknowledged.
  private func check(
    _ reply: AppendSetup, from connection: StoreConnection
  ) throws(PravegaError) {
    let (sent, stored) = monitor.withLock { ($0.sentNumber, $0.storedNumber) }
    let told = reply.lastEventNumber
    guard reply.writerID == writerID, told <= sent else {
      connection.retire()
      throw StoreFailure.impossible(
        segment.qualifiedName, "append \(told) is the last one it has of this writer",
        connection.endpoint)
    }
    guard stored == 0 || told >= stored else {
      connection.retire()
      throw StoreFailure.lost(segment.qualifiedName, stored, told: told, connection.endpoint)
    }
    if told > stored { monitor.withLock { $0.storedNumber = told } }
  }

  /// An append whose answer is lost is asked again: the next set-up tells what became of it.
  private func replyDeadline(_ deadline: Deadline) -> Deadline {
    .earlier(deadline, .after(core.settings.repair.replyTimeout))
  }

  private func setUp(isRetry: Bool, until deadline: Deadline) throws(PravegaError) -> Live {
    let token = try core.token(for: segment.pravegaStream, access: access, until: deadline)
    let connection = try core.connection(
      for: segment, purpose: .request, afterFailure: isRetry, until: deadline)
    let flow = AppendReplyFlow()
    let flowID = FlowID.next()
    guard connection.add(flow, id: flowID) else {
      throw ErrorTranslation.broken(connection.endpoint)
    }
    var request = SetupAppend()
    request.requestID = flowID.requestID(sequence: 1)
    request.writerID = writerID
    request.segment = segment.qualifiedName
    request.delegationToken = token
    defer { monitor.withLock { $0.settingUp = nil } }
    do throws(PravegaError) {
      let wasOpen = monitor.withLock { state -> Bool in
        state.settingUp = flow
        return !state.isClosed
      }
      guard wasOpen else { throw closedError }
      let reply = try flow.exchange(
        try WireCodec.frame(request), request.requestID, on: connection,
        until: replyDeadline(deadline))
      guard reply.code == AppendSetup.code else { throw try failure(reply, from: connection) }
      let setup = try reply.decoded(AppendSetup.self, from: connection.endpoint)
      try check(setup, from: connection)
      let live = Live(
        connection: connection, flow: flow, flowID: flowID, storedNumber: setup.lastEventNumber)
      let isOpen = monitor.withLock { state -> Bool in
        guard !state.isClosed else { return false }
        state.live = live
        return true
      }
      guard isOpen else { throw closedError }
      return live
    } catch {
      connection.removeFlow(flowID)
      throw error
    }
  }

  private func makeFrame(
    _ data: [UInt8], _ expected: Int64?, _ number: Int64, _ requestID: Int64
  ) throws(PravegaError) -> [UInt8] {
    guard let expected else {
      var append = AppendBlockEnd()
      append.writerID = writerID
      append.sizeOfWholeEvents = Int32(clamping: data.count)
      append.data = data
      append.numEvents = 1
      append.lastEventNumber = number
      append.requestID = requestID
      return try WireCodec.frame(append)
    }
    var append = ConditionalAppend()
    append.writerID = writerID
    append.eventNumber = number
    append.expectedOffset = expected
    // The header of eight bytes is part of the command.
    append.event.data = Array(data.dropFirst(8))
    append.requestID = requestID
    return try WireCodec.frame(append)
  }

  private func failure(
    _ reply: StoreReply, from connection: StoreConnection
  ) throws(PravegaError) -> PravegaError {
    let error = try reply.failure(from: connection.endpoint)
    switch error.code {
    case .tokenExpired: core.tokenExpired(for: segment.pravegaStream)
    case .connectionFailed, .invalidMessage: connection.retire()
    default: break
    }
    return error
  }
}
