// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// One reader as a member of its group: joins, takes part, leaves.
///
/// A value without state of its own. What it knows lies in the synchronizer; timers travel with
/// each ``ReaderGroupRound``.
package struct ReaderGroupMember: Sendable {
  package let reader: String
  package let scope: String
  package let group: String
  package let synchronizer: ReaderGroupSynchronizer
  package let controller: any GroupDirectory
  /// The time; a parameter, so that tests need not wait.
  package var clock: @Sendable () -> Deadline = { .now }
  /// The same to within a few milliseconds; looked at for every event.
  package var quickClock: @Sendable () -> Deadline = { .recently }
  /// A random number in [0, 1).
  package var chance: @Sendable () -> Double = { .random(in: 0..<1) }

  package init(
    reader: String, scope: String, group: String, synchronizer: ReaderGroupSynchronizer,
    controller: any GroupDirectory
  ) {
    self.reader = reader
    self.scope = scope
    self.group = group
    self.synchronizer = synchronizer
    self.controller = controller
  }

  /// Makes the reader a member.
  ///
  /// - Parameter timeUnit: the unit of the waits by which readers share segments.
  /// - Throws: code `illegalState` when a reader of that name is a member already.
  package func join(
    allocationDelay: Duration = .zero, timeUnit: Duration = ReaderTimers.javaUnit,
    until deadline: Deadline
  ) throws -> ReaderTimers {
    try synchronizer.fetchUpdates(until: deadline)
    let refresh = try synchronizer.updateState(until: deadline) { state in
      guard !state.isOnline(reader) else { throw alreadyJoined }
      let refresh = Duration.milliseconds(max(0, state.config.groupRefreshTimeMillis))
      return ([ReaderGroupUpdate.addReader(reader)], refresh)
    }
    let delay = max(.zero, allocationDelay)
    let spread = min(delay, refresh) * chance()
    return ReaderTimers(now: clock(), allocationDelay: delay + spread, unit: timeUnit)
  }

  /// Takes a reader out of the group; its segments go on at `offsets`, or where the last
  /// checkpoint found them. No error when it is not a member.
  package static func leave(
    _ reader: String, at offsets: [Segment: Int64], _ synchronizer: ReaderGroupSynchronizer,
    until deadline: Deadline
  ) throws {
    try synchronizer.fetchUpdates(until: deadline)
    try synchronizer.updateState(until: deadline) { state in
      guard state.isOnline(reader) else { return ([], ()) }
      return ([.removeReader(reader, offsets: offsets)], ())
    }
  }

  private var alreadyJoined: PravegaError {
    PravegaError(
      .illegalState, "The reader '\(reader)' is already in reader group '\(scope)/\(group)'.",
      hint: "Give every reader a name of its own, or declare a dead one offline.")
  }

  var notInGroup: PravegaError {
    PravegaError(
      .readerNotInReaderGroup,
      "The reader '\(reader)' is no longer in reader group '\(scope)/\(group)'.",
      hint: "Create the reader anew; the group was reset or the reader declared offline.",
      details: .reader(reader))
  }
}
