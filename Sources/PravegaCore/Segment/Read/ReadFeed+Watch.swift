// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

// A store answers a read at the end of a segment when there is more, after days perhaps, so that a
// read has no time limit of its own. One that was lost, on a connection that is alive otherwise, would
// be waited for as long. After a while the store is therefore asked how far the segment goes, and for
// its bytes only when there are some: no reads pile up at a store which has nothing to answer them with.
extension ReadFeed {
  /// Looks at the reads that are out, now and then until the feed is closed.
  func scheduleWatch() {
    core.timers.schedule(after: core.settings.readPatience) { [self] in
      guard !monitor.withLock({ $0.isClosed }) else { return }
      core.repairs.submit { [self] in
        watch()
        scheduleWatch()
      }
    }
  }

  private func watch() {
    let patience = core.settings.readPatience
    let readers = monitor.withLock { $0.isClosed ? [] : Array($0.readers.values) }
    let end = Deadline.after(core.settings.repair.stepTimeout)
    for reader in readers {
      guard !end.hasPassed, !monitor.withLock({ $0.isClosed }) else { return }
      if let (question, offset) = reader.unanswered(for: patience) {
        look(after: reader, question, offset, until: end)
      }
    }
  }

  private func look(
    after reader: SegmentReader, _ question: UInt32, _ offset: Int64, until deadline: Deadline
  ) {
    let segment = StoreSegment(core, segment: reader.segment, access: .read)
    do {
      let info = try segment.info(until: deadline)
      let isAtTail = info.writeOffset <= offset && info.startOffset <= offset && !info.isSealed
      guard isAtTail else { return reader.askAgain(question, at: offset) }
      reader.monitor.withLock { state in
        if state.question == question, state.requested == offset { state.askedAt = .now }
      }
    } catch PravegaError.Code.noSuchSegment {
      reader.askAgain(question, at: offset)
    } catch {
      // Who cannot be asked is found out by other means; the next look follows.
    }
  }
}

extension SegmentReader {
  /// The question that has had no answer for so long, and the offset it asks for.
  fileprivate func unanswered(for patience: Duration) -> (UInt32, Int64)? {
    monitor.withLock { state in
      guard let offset = state.requested, state.connection != nil, !state.isClosed,
        state.askedAt.advanced(by: patience).hasPassed
      else { return nil }
      return (state.question, offset)
    }
  }
}
