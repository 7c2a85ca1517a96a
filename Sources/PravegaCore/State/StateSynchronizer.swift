// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// A state that several processes share through one revisioned segment.
///
/// Every process keeps its own copy and reads what others wrote; an update is written on
/// condition that nothing was written since, and tried again on the newer state otherwise. The
/// format is that of Java's `StateSynchronizer`. Safe to use from any thread.
package final class StateSynchronizer<Codec: StateCodec>: Sendable {
  /// A state and what it has taken into account.
  package struct Snapshot: Sendable {
    package var state: Codec.State
    package var revision: Revision
    /// Where the entry begins that the state was begun with.
    package var origin: Int64
  }

  /// So often a client may be overtaken by compactions while it looks for a beginning.
  private static var maxRestarts: Int { 100 }

  private struct Shared: Sendable {
    var snapshot: Snapshot?
    /// Whether a thread is reading or applying entries.
    var isBusy = false
  }

  package let codec: Codec
  package let segment: RevisionedSegment
  private let shared = Monitor(Shared())

  package init(_ codec: Codec, on segment: RevisionedSegment) {
    self.codec = codec
    self.segment = segment
  }

  /// The state as far as it is known here; nil before the first fetch. Does not block.
  package var snapshot: Snapshot? { shared.withLock { $0.snapshot } }

  /// Bytes written between the entry that the state was begun with and what is known here.
  package var bytesSinceCompaction: Int64 {
    snapshot.map { max(0, $0.revision.offset - $0.origin) } ?? 0
  }

  /// Reads and applies what others wrote.
  ///
  /// - Throws: code `corruptedState` when an entry cannot be decoded or applied. The state stays
  ///   as it was before that entry.
  package func fetchUpdates(until deadline: Deadline) throws {
    try exclusively(until: deadline) { try fetch(until: deadline) }
  }

  /// Begins the state, or takes what somebody else began it with.
  package func initialize(_ initial: Codec.Initial, until deadline: Deadline) throws {
    let record = StateRecord.initial(try codec.encode(initial: initial)).encode()
    let end = try segment.write(record, ifWriteOffsetIs: 0, until: deadline)
    try exclusively(until: deadline) {
      guard let end else { return try startOver(until: deadline) }
      try apply(RevisionedSegment.Entry(payload: record, start: 0, end: end))
    }
  }

  /// Changes the state by the updates that `generate` makes for it.
  ///
  /// `generate` is called again whenever somebody else was faster. It runs outside all locks.
  ///
  /// - Returns: what `generate` returned beside the updates that were written in the end; no
  ///   updates mean that nothing is written.
  package func updateState<R>(
    until deadline: Deadline,
    _ generate: (Codec.State) throws -> (updates: [Codec.Update], result: R)
  ) throws -> R {
    while true {
      let current = try known(until: deadline)
      let (updates, result) = try generate(current.state)
      guard !updates.isEmpty else { return result }
      let record = StateRecord.updates(try updates.map(codec.encode(update:))).encode()
      let start = current.revision.offset
      if let end = try segment.write(record, ifWriteOffsetIs: start, until: deadline) {
        try exclusively(until: deadline) {
          try apply(RevisionedSegment.Entry(payload: record, start: start, end: end))
        }
        return result
      }
      try fetchUpdates(until: deadline)
    }
  }

  /// Writes updates that hold whatever others wrote. They come to this copy with the next fetch.
  package func updateStateUnconditionally(
    _ updates: [Codec.Update], until deadline: Deadline
  ) throws {
    guard !updates.isEmpty else { return }
    let record = StateRecord.updates(try updates.map(codec.encode(update:)))
    try segment.write(record.encode(), until: deadline)
  }

  /// Writes the whole state, so that new clients need not read what came before, and forgets
  /// what came before the previous compaction.
  package func compact(
    until deadline: Deadline, _ makeInitial: (Codec.State) throws -> Codec.Initial
  ) throws {
    while true {
      let current = try known(until: deadline)
      let initial = try makeInitial(current.state)
      let record = StateRecord.initial(try codec.encode(initial: initial)).encode()
      let start = current.revision.offset
      if try segment.write(record, ifWriteOffsetIs: start, until: deadline) != nil {
        return try moveMark(to: start, until: deadline)
      }
      try fetchUpdates(until: deadline)
    }
  }

  /// One earlier point of compaction stays readable, for clients that are about to use it.
  private func moveMark(to offset: Int64, until deadline: Deadline) throws {
    let old = try segment.mark(until: deadline)
    if old ?? -1 < offset {
      _ = try segment.setMark(from: old, to: offset, until: deadline)
    }
    if let old { try segment.truncate(before: old, until: deadline) }
  }

  private func known(until deadline: Deadline) throws -> Snapshot {
    if let snapshot { return snapshot }
    try fetchUpdates(until: deadline)
    guard let snapshot else {
      throw PravegaError(.illegalState, "The shared state in \(segment.segment) was never begun.")
    }
    return snapshot
  }

  private func exclusively(until deadline: Deadline, _ body: () throws -> Void) throws {
    let isMine = shared.wait(until: deadline) { shared -> Bool? in
      guard !shared.isBusy else { return nil }
      shared.isBusy = true
      return true
    }
    guard isMine != nil else {
      throw PravegaError(
        .timeout, "Another thread was still reading the state in \(segment.segment).",
        retry: .safe)
    }
    defer {
      shared.withLock { $0.isBusy = false }
      shared.signalAll()
    }
    try body()
  }
}

/// What only the thread does whose turn it is.
extension StateSynchronizer {
  private func fetch(until deadline: Deadline) throws {
    do {
      let start = try snapshot?.revision.offset ?? origin(until: deadline)
      try read(from: start, until: deadline)
    } catch PravegaError.Code.segmentTruncated {
      try startOver(until: deadline)
    }
  }

  /// Where a client begins that knows nothing.
  private func origin(until deadline: Deadline) throws -> Int64 {
    try segment.mark(until: deadline) ?? segment.startOffset(until: deadline)
  }

  private func read(from start: Int64, until deadline: Deadline) throws {
    try segment.forEachEntry(from: start, until: deadline) { entry in
      try apply(entry)
      return true
    }
  }

  /// Takes the first beginning that is still there, and what follows it.
  private func startOver(until deadline: Deadline) throws {
    var attempts = 0
    while true {
      attempts += 1
      do {
        var isFound = false
        try segment.forEachEntry(from: try origin(until: deadline), until: deadline) { entry in
          isFound = try isFound || isInitial(entry)
          if isFound { try apply(entry) }
          return true
        }
        guard isFound else {
          throw PravegaError(
            .illegalState, "The shared state in \(segment.segment) was never begun.")
        }
        return
      } catch PravegaError.Code.segmentTruncated
        where !deadline.hasPassed && attempts < Self.maxRestarts
      {
        continue  // Somebody compacts while we look: his new beginning is there now.
      }
    }
  }

  private func isInitial(_ entry: RevisionedSegment.Entry) throws -> Bool {
    guard case .initial = try decode(entry) else { return false }
    return true
  }

  /// Applies what is newer than the state: the whole entry or, when it fails, nothing of it, so
  /// that no client goes on from half an entry.
  private func apply(_ entry: RevisionedSegment.Entry) throws {
    var next = snapshot
    switch try decode(entry) {
    case .initial(let bytes):
      let revision = Revision(segment: segment.segment, offset: entry.end)
      guard next.map({ $0.revision < revision }) ?? true else { return }
      let state = try codec.begin(try codec.decodeInitial(bytes), at: revision)
      next = Snapshot(state: state, revision: revision, origin: entry.start)
    case .updates(let updates):
      for (index, bytes) in updates.enumerated() {
        try apply(bytes, at: entry.end, index: Int32(clamping: index), to: &next)
      }
    }
    shared.withLock { swap(&$0.snapshot, &next) }
  }

  private func apply(
    _ bytes: [UInt8], at end: Int64, index: Int32, to snapshot: inout Snapshot?
  ) throws {
    let revision = Revision(segment: segment.segment, offset: end, index: index)
    guard let current = snapshot?.revision, current < revision else { return }
    let update = try codec.decodeUpdate(bytes)
    try snapshot.mutate {
      try codec.apply(update, to: &$0.state, at: revision)
      $0.revision = revision
    }
  }

  private func decode(_ entry: RevisionedSegment.Entry) throws -> StateRecord {
    do throws(SerializationError) {
      return try StateRecord.decode(entry.payload)
    } catch {
      throw PravegaError(
        .corruptedState,
        "The segment \(segment.segment) holds no state at offset \(entry.start): \(error).",
        underlying: error)
    }
  }
}

extension Optional {
  /// Changes the value in place if there is one.
  fileprivate mutating func mutate(_ change: (inout Wrapped) throws -> Void) rethrows {
    guard var value = self else { return }
    self = nil
    defer { self = value }
    try change(&value)
  }
}
