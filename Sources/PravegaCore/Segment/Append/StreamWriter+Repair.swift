// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire

// What happens when a connection breaks or a segment ends. IO threads only note it; one repair job
// at a time per writer does the work, with a deadline for each step.
extension StreamWriter {
  var repairSettings: RepairSettings { environment.settings.repair }

  func log(_ level: LogLevel, _ message: String, _ appender: SegmentAppender) {
    environment.log.log(
      level, message, [("segment", appender.name), ("requestId", String(appender.requestID))])
  }

  // MARK: - What the connection reports

  /// - Parameter isMove: whether the store said that the segment is elsewhere.
  func lost(
    _ appender: SegmentAppender, on connection: StoreConnection, _ error: PravegaError,
    isMove: Bool = false
  ) {
    let loss = ConnectionLoss(
      "a connection", error, of: connection.endpoint, isMove: isMove)
    guard leave(appender, connection, to: .disconnected, after: loss) else { return }
    if loss.doubtfulEndpoint == nil {
      log(loss.level, loss.message, appender)
    } else {
      endDoubts()
    }
    noteFailure(appender, error, attemptBegan: .now)
    wantRepair()
  }

  func sealed(_ appender: SegmentAppender, on connection: StoreConnection) {
    // Only an answer to an append of the current connection counts: it comes after its set-up, so
    // what is acknowledged and what is not is settled.
    let isDoubtful = monitor.withLock { _ -> Bool? in
      guard case .ready(let current) = appender.phase, current === connection else { return nil }
      defer { appender.isKnownSealed = true }
      return appender.isSealDoubtful
    }
    guard let isDoubtful else { return }
    // After a seal nothing is stored any more, whatever the store still finds on old connections:
    // another set-up tells what it has in the end.
    guard leave(appender, connection, to: isDoubtful ? .disconnected : .sealed) else { return }
    log(.info, "a segment was sealed", appender)
    wantRepair()
  }

  /// The segment was truncated away or its stream deleted.
  func segmentIsGone(_ appender: SegmentAppender, on connection: StoreConnection) {
    // What was sent on this connection is not stored: the store says so, in order.
    guard leave(appender, connection, to: .sealed, isSettled: true) else { return }
    log(.info, "a segment does not exist any more", appender)
    let doubtful = monitor.withLock { _ in appender.takeDoubtful() }
    let error = PravegaError(
      .noSuchSegment,
      "The segment \(appender.name) was removed while events were on their way to it.",
      hint: "Write them to another stream if they are not to be lost; they may have been stored.",
      retry: .outcomeUnknown,
      context: .init(subject: appender.name))
    for block in doubtful { block.completion.resolve(.failed(error)) }
    wantRepair()
  }

  func failed(_ appender: SegmentAppender, on connection: StoreConnection, _ error: PravegaError) {
    guard leave(appender, connection, to: .failed(error)) else { return }
    giveUp(appender, error)
  }

  /// Takes the flow off its connection, if that still is its connection.
  private func leave(
    _ appender: SegmentAppender, _ connection: StoreConnection, to phase: SegmentAppender.Phase,
    isSettled: Bool = false, after loss: ConnectionLoss? = nil
  ) -> Bool {
    let inFlight = monitor.withLock { _ -> Int? in
      guard appender.connection === connection else { return nil }
      if let loss, loss.doubtfulEndpoint != nil { appender.doubtfulLoss = loss }
      return appender.detach(to: phase, isSettled: isSettled)
    }
    guard let inFlight else { return false }
    connection.removeAppendFlow(appender.flowID, inFlight: inFlight)
    monitor.signalAll()
    return true
  }

  private func giveUp(_ appender: SegmentAppender, _ error: PravegaError) {
    let blocks = monitor.withLock { _ -> [AppendBlock] in
      appender.phase = .failed(error)
      return appender.takeAll()
    }
    // A close is nobody's failure.
    let level = error.code == .objectClosed ? LogLevel.debug : .error
    log(level, "giving up on a segment: \(error.message)", appender)
    for block in blocks { block.completion.resolve(.failed(error)) }
    monitor.signalAll()
    environment.buffers.interrupt()
  }

  // MARK: - Repair

  /// Starts a repair job unless one runs already; that one then goes round again.
  func wantRepair() {
    let start = monitor.withLock { state -> Bool in
      guard state.end == nil else { return false }
      state.isRepairWanted = true
      guard !state.isRepairing else { return false }
      state.isRepairing = true
      return true
    }
    if start { environment.repairs.submit { [self] in repair() } }
  }

  private func repair() {
    while true {
      let work = monitor.withLock { state -> [SegmentAppender]? in
        guard state.isRepairWanted, state.end == nil else {
          state.isRepairing = false
          return nil
        }
        state.isRepairWanted = false
        return state.appenders.values.filter(\.needsRepair)
      }
      guard let work else { return }
      for appender in work where appender.isSealed(monitor) { handOver(appender) }
      reconnect(work)
      scheduleRetry()
    }
  }

  private func reconnect(_ appenders: [SegmentAppender]) {
    // One dead endpoint costs one time-out a round, not one for each of its segments.
    var hasFailed = false
    for appender in appenders {
      guard appender.isDue(monitor) else { continue }
      if hasFailed {
        explainLoss(of: appender, by: nil)
        monitor.withLock { _ in appender.postpone(patience) }
        continue
      }
      let began = Deadline.now
      do throws(PravegaError) { try connect(appender) } catch {
        explainLoss(of: appender, by: nil)
        hasFailed = error.code == .connectionFailed || error.code == .timeout
        noteFailure(appender, error, attemptBegan: began)
      }
    }
  }

  /// Does something after a while, on a thread that may log: a log is the user's code, for which the
  /// timers do not wait.
  private func after(_ delay: Duration, _ job: @escaping @Sendable (StreamWriter) -> Void) {
    let repairs = environment.repairs
    environment.timers.schedule(after: delay) { [reference] in
      repairs.submit { reference.writer.map(job) }
    }
  }

  /// Lets losses be told of soon that no attempt to connect explains.
  private func endDoubts() {
    let longest = repairSettings.longestDoubt
    after(longest) { writer in
      let late = writer.monitor.withLock { state in
        state.appenders.values.filter { $0.doubtfulLoss?.isDoubtful(since: longest) == true }
      }
      for appender in late { writer.explainLoss(of: appender, by: nil) }
    }
  }

  private func explainLoss(of appender: SegmentAppender, by endpoint: Endpoint?) {
    let loss = monitor.withLock { _ -> ConnectionLoss? in
      defer { appender.doubtfulLoss = nil }
      return appender.doubtfulLoss?.explained(by: endpoint)
    }
    if let loss { log(loss.level, loss.message, appender) }
  }

  private func connect(_ appender: SegmentAppender) throws(PravegaError) {
    let isRetry = monitor.withLock { _ in
      appender.attempts += 1
      // A loss may not have been counted yet.
      return appender.failedAttempts > 0 || appender.doubtfulLoss != nil
    }
    let (connection, token) = try environment.appendConnection(
      for: appender.segment, of: owner, afterFailure: isRetry,
      until: .after(repairSettings.stepTimeout))
    explainLoss(of: appender, by: connection.endpoint)
    var setup = SetupAppend()
    setup.requestID = appender.requestID
    setup.writerID = appender.writerID
    setup.segment = appender.name
    setup.delegationToken = token
    let frame = try WireCodec.frame(setup)
    let number = monitor.withLock { state -> Int? in
      guard state.end == nil, case .disconnected = appender.phase else { return nil }
      appender.phase = .settingUp(connection)
      appender.setups += 1
      return appender.setups
    }
    guard let number else { return }
    guard connection.add(SegmentFlow(appender, of: self), id: appender.flowID) else {
      _ = leave(appender, connection, to: .disconnected)
      throw ErrorTranslation.broken(connection.endpoint)
    }
    // It may have been ended while the flow was added, and would keep this flow.
    let isLeft = monitor.withLock { _ in appender.connection !== connection }
    guard !isLeft else { return connection.removeAppendFlow(appender.flowID, inFlight: 0) }
    connection.send(frame)
    watchSetup(number, of: appender)
    scheduleRenewal(of: token, for: appender, setup: number)
  }

  /// Before the token expires the segment writer leaves the connection, in order.
  private func scheduleRenewal(
    of token: String, for appender: SegmentAppender, setup number: Int
  ) {
    guard let delay = DelegationToken(token).renewalDelay else { return }
    after(delay) { $0.drain(appender, setup: number) }
  }

  /// Stops sending; the segment writer leaves when everything sent is acknowledged.
  private func drain(_ appender: SegmentAppender, setup number: Int) {
    let connection = monitor.withLock { _ -> StoreConnection? in
      guard case .ready(let connection) = appender.phase, appender.setups == number else {
        return nil
      }
      appender.isDraining = true
      return connection
    }
    if let connection { leaveIfDrained(appender, connection) }
  }

  func leaveIfDrained(_ appender: SegmentAppender, _ connection: StoreConnection) {
    guard monitor.withLock({ _ in appender.isDrained }) else { return }
    guard leave(appender, connection, to: .disconnected) else { return }
    log(.info, "a token is renewed before it expires", appender)
    connection.retire()
    wantRepair()
  }

  /// A store that does not answer the set-up loses its connection.
  private func watchSetup(_ number: Int, of appender: SegmentAppender) {
    after(repairSettings.setupTimeout) { writer in
      let stuck = writer.monitor.withLock { _ -> StoreConnection? in
        guard case .settingUp(let connection) = appender.phase, appender.setups == number else {
          return nil
        }
        return connection
      }
      guard let connection = stuck else { return }
      connection.fail(
        PravegaError(
          .connectionFailed, "The segment store \(connection.endpoint) did not answer SetupAppend.",
          retry: .safe))
    }
  }

  private func noteFailure(
    _ appender: SegmentAppender, _ error: PravegaError, attemptBegan began: Deadline
  ) {
    let (failure, wait) = monitor.withLock { _ in
      (appender.noteFailure(patience), appender.retryAt?.remaining ?? .zero)
    }
    if error.retry == .never && error.code != .connectionFailed
      || environment.isHopeless(error, since: min(failure.since, began), wait: wait)
    {
      return giveUp(appender, error)
    }
    guard failure.isLast else { return }
    giveUp(appender, patience.error(appender.name, error))
  }

  private func scheduleRetry() {
    let next = monitor.withLock { state in
      state.appenders.values.compactMap { $0.needsRepair ? $0.retryAt ?? .now : nil }.min()
    }
    guard let next else { return }
    environment.timers.schedule(after: next.remaining) { [reference] in
      reference.writer?.wantRepair()
    }
  }
}

extension SegmentAppender {
  var needsRepair: Bool {
    switch phase {
    case .disconnected, .sealed: return true
    case .settingUp, .ready, .moved, .failed: return false
    }
  }

  /// Blocks that were sent on a connection that broke and never heard of again.
  func takeDoubtful() -> [AppendBlock] {
    let all = takeAll()
    let doubtful = all.filter(\.isInDoubt)
    keep(all.filter { !$0.isInDoubt })
    return doubtful
  }

  fileprivate func isSealed(_ monitor: Monitor<StreamWriter.State>) -> Bool {
    monitor.withLock { _ in
      guard case .sealed = phase else { return false }
      return retryAt?.hasPassed ?? true
    }
  }

  fileprivate func isDue(_ monitor: Monitor<StreamWriter.State>) -> Bool {
    monitor.withLock { _ in
      guard case .disconnected = phase else { return false }
      return retryAt?.hasPassed ?? true
    }
  }

  /// Counts a failure and says when the next attempt is due.
  ///
  /// - Returns: since when there are failures, and whether it was the last attempt.
  func noteFailure(_ patience: WriterPatience) -> (since: Deadline, isLast: Bool) {
    failedAttempts += 1
    let since = failingSince ?? .now
    failingSince = since
    retryAt = patience.nextAttempt(failures: failedAttempts, attempts: attempts)
    return (since, patience.isOver(since: since, attempts: attempts))
  }

  fileprivate func postpone(_ patience: WriterPatience) {
    retryAt = patience.nextAttempt(
      failures: max(2, failedAttempts + 1), attempts: max(1, attempts))
  }
}

/// Waits between repair attempts: jittered and growing up to a limit, so that a store is found again
/// soon after it is back.
enum RepairSchedule {
  static func delay(beforeAttempt attempt: Int, longest: Duration) -> Duration {
    let exponent = min(max(0, attempt - 2), 10)
    let base = min(Double(longest.saturatingNanoseconds), 10_000_000 * Double(1 << exponent))
    return .nanoseconds(Int64(base * Double.random(in: 0.5...1)))
  }
}
