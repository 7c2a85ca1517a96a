// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads
internal import PravegaWire

/// The segments that one event reader reads: a queue of those that have something, and the repair
/// of their connections. Safe to use from any thread.
package final class ReadFeed: Sendable {
  struct State {
    var readers: [ObjectIdentifier: SegmentReader] = [:]
    var ready: [SegmentReader] = []
    /// Who stands in `ready`.
    var queued: Set<ObjectIdentifier> = []
    var tokens: [PravegaStream: ReadToken] = [:]
    var isRepairing = false
    var isRepairWanted = false
    var isClosed = false
  }

  package let core: ClientCore
  let monitor = Monitor(State())

  package init(_ core: ClientCore) {
    self.core = core
    // Until it is closed.
    core.closing.tell(self)
    scheduleWatch()
  }

  /// Starts reading a segment; its events come through ``takeReady(until:)``, or where `mark` says.
  package func open(
    _ segment: Segment, at offset: Int64, bufferSize: Int, whenReady mark: ReadyMark? = nil
  ) -> SegmentReader {
    let reader = SegmentReader(
      segment: segment, offset: offset, bufferSize: bufferSize, feed: self, mark: mark)
    let isOpen = monitor.withLock { state -> Bool in
      guard !state.isClosed else { return false }
      state.readers[ObjectIdentifier(reader)] = reader
      return true
    }
    if isOpen { wantRepair() } else { reader.close() }
    return reader
  }

  /// The segment that has had something for the longest time; waits for one until `deadline`.
  ///
  /// The caller puts it back with ``enqueue(_:)`` when it leaves something unread.
  package func takeReady(until deadline: Deadline) -> SegmentReader? {
    monitor.wait(until: deadline) { state -> SegmentReader?? in
      if state.isClosed { return .some(nil) }
      guard !state.ready.isEmpty else { return nil }
      let reader = state.ready.removeFirst()
      state.queued.remove(ObjectIdentifier(reader))
      return .some(reader)
    } ?? nil
  }

  /// Notes that a segment has something to read, or an end to report.
  package func enqueue(_ reader: SegmentReader) {
    if let mark = reader.mark { return mark.set() }
    let added = monitor.withLock { state -> Bool in
      guard state.readers[ObjectIdentifier(reader)] != nil, !state.isClosed else { return false }
      guard state.queued.insert(ObjectIdentifier(reader)).inserted else { return false }
      state.ready.append(reader)
      return true
    }
    if added { monitor.signalAll() }
  }

  func remove(_ reader: SegmentReader) {
    let removed = monitor.withLock { state -> SegmentReader? in
      if state.queued.remove(ObjectIdentifier(reader)) != nil {
        state.ready.removeAll { $0 === reader }
      }
      return state.readers.removeValue(forKey: ObjectIdentifier(reader))
    }
    _ = removed
  }

  func wantRequests(_ reader: SegmentReader) { reader.sendRequest() }

  func readToken(for segment: Segment) -> String? {
    monitor.withLock { state in
      state.tokens[segment.pravegaStream].flatMap { $0.validUntil.hasPassed ? nil : $0.text }
    }
  }

  func forgetToken(of stream: PravegaStream) { monitor.withLock { $0.tokens[stream] = nil } }

  /// Wakes whoever waits in ``takeReady(until:)``, for example because the group's state changed.
  package func close() {
    let readers = monitor.withLock { state -> [SegmentReader] in
      state.isClosed = true
      defer {
        state.readers = [:]
        state.ready = []
        state.queued = []
      }
      return Array(state.readers.values)
    }
    monitor.signalAll()
    core.closing.forget(self)
    for reader in readers { reader.close() }
  }

  // MARK: - Repair

  /// Starts a repair job unless one runs; that one then goes round again.
  func wantRepair() {
    let start = monitor.withLock { state -> Bool in
      guard !state.isClosed else { return false }
      state.isRepairWanted = true
      guard !state.isRepairing else { return false }
      state.isRepairing = true
      return true
    }
    if start { core.repairs.submit { [self] in repair() } }
  }

  private func repair() {
    while true {
      let work = monitor.withLock { state -> [SegmentReader]? in
        guard state.isRepairWanted, !state.isClosed else {
          state.isRepairing = false
          return nil
        }
        state.isRepairWanted = false
        return Array(state.readers.values)
      }
      guard let work else { return }
      connect(work.filter { $0.isDue })
      renewTokens(for: work.filter { $0.waitsForToken })
      scheduleRetry(work)
    }
  }

  private func connect(_ readers: [SegmentReader]) {
    var hasFailed = false
    for reader in readers {
      guard !hasFailed else {
        reader.explainLoss(by: nil)
        reader.monitor.withLock { $0.noteFailure(longestPause: longestPause) }
        continue
      }
      do throws(PravegaError) { try connect(reader) } catch {
        reader.explainLoss(by: nil)
        hasFailed = error.code == .connectionFailed || error.code == .timeout
        noteFailure(reader, error)
      }
    }
  }

  /// Those that have a connection and nothing to ask with.
  private func renewTokens(for readers: [SegmentReader]) {
    for reader in readers {
      do throws(PravegaError) {
        if readToken(for: reader.segment) == nil {
          try fetchToken(for: reader, until: .after(core.settings.repair.stepTimeout))
        }
        reader.sendRequest()
      } catch {
        noteFailure(reader, error)
      }
    }
  }

  private func fetchToken(
    for reader: SegmentReader, until deadline: Deadline
  ) throws(PravegaError) {
    let stream = reader.segment.pravegaStream
    let token = ReadToken(try core.token(for: stream, access: .read, until: deadline))
    monitor.withLock { $0.tokens[stream] = token }
  }

  private func connect(_ reader: SegmentReader) throws(PravegaError) {
    let deadline = Deadline.after(core.settings.repair.stepTimeout)
    try fetchToken(for: reader, until: deadline)
    let isRetry = reader.monitor.withLock { $0.failedAttempts > 0 }
    let connection = try core.connection(
      for: reader.segment, purpose: .read, afterFailure: isRetry, until: deadline)
    reader.explainLoss(by: connection.endpoint)
    let flowID = reader.monitor.withLock { $0.flowID }
    // First the flow, then the connection: a reply must not come before its flow.
    guard connection.add(reader, id: flowID) else {
      throw ErrorTranslation.broken(connection.endpoint)
    }
    let isWanted = reader.monitor.withLock { state -> Bool in
      guard !state.isClosed, state.connection == nil, state.flowID == flowID else { return false }
      state.connection = connection
      state.requested = nil
      return true
    }
    guard isWanted else { return connection.removeFlow(flowID) }
    // It may have broken before the reader knew it as its own.
    connection.reportLoss(to: reader)
    reader.sendRequest()
  }

  private func noteFailure(_ reader: SegmentReader, _ error: PravegaError) {
    let (since, wait) = reader.monitor.withLock { state -> (Deadline, Duration) in
      state.noteFailure(longestPause: longestPause)
      return (state.failingSince ?? .now, state.retryAt?.remaining ?? .zero)
    }
    giveUpIfHopeless(reader, error, since: since, wait: wait)
  }

  func giveUpIfHopeless(_ reader: SegmentReader, _ error: PravegaError) {
    let (since, wait) = reader.monitor.withLock {
      ($0.failingSince, $0.retryAt?.remaining ?? .zero)
    }
    if let since { giveUpIfHopeless(reader, error, since: since, wait: wait) }
  }

  private func giveUpIfHopeless(
    _ reader: SegmentReader, _ error: PravegaError, since: Deadline, wait: Duration
  ) {
    let isHopeless =
      error.retry == .never && error.code != .connectionFailed
      || core.isHopeless(error, since: since, wait: wait)
    guard isHopeless || since.advanced(by: core.settings.repair.giveUpAfter).hasPassed else {
      return
    }
    reader.finish(
      .failed(error.with(operation: "readNextEvent", subject: reader.segment.qualifiedName)))
  }

  private var longestPause: Duration { core.settings.repair.longestPause }

  /// Lets a loss be told of soon that no attempt to connect explains; not a later one of that reader.
  func endDoubt(about reader: SegmentReader) {
    let repairs = core.repairs
    let longest = core.settings.repair.longestDoubt
    core.timers.schedule(after: longest) { [weak reader] in
      // A log is the user's code, for which the timers do not wait.
      repairs.submit { [weak reader] in reader?.explainLoss(by: nil, since: longest) }
    }
  }

  private func scheduleRetry(_ readers: [SegmentReader]) {
    let next = readers.compactMap { reader in
      reader.monitor.withLock { $0.nextTry }
    }.min()
    guard let next else { return }
    // Held for a few seconds at most, so that no weak reference makes its counting slow.
    core.timers.schedule(after: next.remaining) { [self] in wantRepair() }
  }
}

/// A token, and until when it is good to ask with.
struct ReadToken: Sendable {
  let text: String
  let validUntil: Deadline

  init(_ text: String) {
    self.text = text
    validUntil = DelegationToken(text).renewalDelay.map(Deadline.after) ?? .distantFuture
  }
}

extension ReadFeed: ClientBound {
  package func clientClosed() { close() }
}

extension SegmentReader {
  /// Whether it has a connection and a question, and could not ask it.
  fileprivate var waitsForToken: Bool {
    monitor.withLock { $0.connection != nil && $0.wantsRequest && ($0.retryAt?.hasPassed ?? true) }
  }

  fileprivate var isDue: Bool {
    monitor.withLock { $0.needsConnection && ($0.retryAt?.hasPassed ?? true) }
  }

}

extension SegmentReader.State {
  fileprivate var needsConnection: Bool { connection == nil && !isClosed && end == nil }

  /// When a repair is due that would not come by itself.
  fileprivate var nextTry: Deadline? {
    if needsConnection { return retryAt ?? .now }
    return wantsRequest ? retryAt : nil
  }
}
