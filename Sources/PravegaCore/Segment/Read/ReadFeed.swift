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
    var tokens: [PravegaStream: String] = [:]
    var isRepairing = false
    var isRepairWanted = false
    var isClosed = false
  }

  package let core: ClientCore
  let monitor = Monitor(State())

  package init(_ core: ClientCore) {
    self.core = core
    core.closing.tell(self)
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
    monitor.withLock { $0.tokens[segment.pravegaStream] }
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
      resume(work)
      scheduleRetry(work)
    }
  }

  private func connect(_ readers: [SegmentReader]) {
    var hasFailed = false
    for reader in readers {
      guard !hasFailed else {
        reader.monitor.withLock { $0.noteFailure() }
        continue
      }
      do throws(PravegaError) { try connect(reader) } catch {
        hasFailed = error.code == .connectionFailed || error.code == .timeout
        noteFailure(reader, error)
      }
    }
  }

  private func connect(_ reader: SegmentReader) throws(PravegaError) {
    let deadline = Deadline.after(core.settings.repair.stepTimeout)
    let token = try core.token(
      for: reader.segment.pravegaStream, access: .read, until: deadline)
    monitor.withLock { $0.tokens[reader.segment.pravegaStream] = token }
    let isRetry = reader.monitor.withLock { $0.failedAttempts > 0 }
    let connection = try core.connection(
      for: reader.segment, purpose: .read, afterFailure: isRetry, until: deadline)
    let flowID = reader.monitor.withLock { state -> FlowID? in
      guard !state.isClosed, state.connection == nil else { return nil }
      state.connection = connection
      state.requested = nil
      return state.flowID
    }
    guard let flowID else { return }
    guard connection.add(reader, id: flowID) else {
      reader.monitor.withLock { $0.connection = nil }
      throw PravegaError(
        .connectionFailed, "The connection to \(connection.endpoint) broke.", retry: .safe)
    }
    // It may have been closed while it was added.
    if reader.monitor.withLock({ $0.isClosed }) { connection.removeFlow(flowID) }
    reader.sendRequest()
  }

  /// Segments that kept their connection but had no token to ask with.
  private func resume(_ readers: [SegmentReader]) {
    for reader in readers where reader.isHeldUp {
      let stream = reader.segment.pravegaStream
      if readToken(for: reader.segment) == nil {
        do throws(PravegaError) {
          let deadline = Deadline.after(core.settings.repair.stepTimeout)
          let token = try core.token(for: stream, access: .read, until: deadline)
          monitor.withLock { $0.tokens[stream] = token }
        } catch {
          noteFailure(reader, error)
          continue
        }
      }
      reader.sendRequest()
    }
  }

  private func noteFailure(_ reader: SegmentReader, _ error: PravegaError) {
    let (since, wait) = reader.monitor.withLock { state -> (Deadline, Duration) in
      state.noteFailure()
      return (state.failingSince ?? .now, state.retryAt?.remaining ?? .zero)
    }
    let isHopeless =
      error.retry == .never && error.code != .connectionFailed
      || core.isHopeless(error, since: since, wait: wait)
    guard isHopeless || since.advanced(by: core.settings.repair.giveUpAfter).hasPassed else {
      return
    }
    reader.finish(
      .failed(error.with(operation: "readNextEvent", subject: reader.segment.qualifiedName)))
  }

  private func scheduleRetry(_ readers: [SegmentReader]) {
    let next = readers.compactMap { reader in
      reader.monitor.withLock { $0.needsConnection ? $0.retryAt ?? .now : nil }
    }.min()
    guard let next else { return }
    core.timers.schedule(after: next.remaining) { [weak self] in self?.wantRepair() }
  }
}

extension ReadFeed: ClientBound {
  package func clientClosed() { close() }
}

extension SegmentReader {
  fileprivate var isDue: Bool {
    monitor.withLock { $0.needsConnection && ($0.retryAt?.hasPassed ?? true) }
  }

  fileprivate var isHeldUp: Bool {
    monitor.withLock { $0.isHeldUp && ($0.retryAt?.hasPassed ?? true) }
  }
}

extension SegmentReader.State {
  fileprivate var needsConnection: Bool { connection == nil && !isClosed && end == nil }
  fileprivate var isHeldUp: Bool { connection != nil && wantsRequest }
}
