// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// What a reader group's readers share, seen from outside.
///
/// Every call fetches the group's state first and blocks for at most the configuration's
/// `requestTimeout`. Safe to use from any thread.
public final class ReaderGroup: Closeable, Sendable {
  /// The group's scope.
  public let scope: String
  /// The group's name.
  public let groupName: String
  private let synchronizer: ReaderGroupSynchronizer
  private let client: Client

  init(scope: String, name: String, _ synchronizer: ReaderGroupSynchronizer, _ client: Client) {
    self.scope = scope
    groupName = name
    self.synchronizer = synchronizer
    self.client = client
  }

  /// The readers that have joined and not left.
  ///
  /// - Throws: ``PravegaError`` when the state cannot be fetched.
  public func onlineReaders() throws -> Set<String> { Set(try state().onlineReaders) }

  /// How many segments each reader has, and how many are free.
  ///
  /// - Throws: ``PravegaError`` when the state cannot be fetched.
  public func readerSegmentDistribution() throws -> ReaderSegmentDistribution {
    let state = try state()
    return ReaderSegmentDistribution(
      readerSegmentDistribution: state.assigned.mapValues(\.count),
      unassignedSegments: state.unassigned.count)
  }

  /// Declares a reader dead: its segments go to others, which read on from `lastPosition`.
  ///
  /// Unknown readers are ignored. A reader that lives after all finds out at its next call, and what
  /// it returned since is read twice.
  ///
  /// - Parameter lastPosition: nil means its last checkpoint, or where it got its segments.
  /// - Throws: ``PravegaError`` when the state cannot be updated.
  public func readerOffline(_ readerId: String, lastPosition: Position?) throws {
    try ReaderGroupMember.leave(
      readerId, at: lastPosition?.offsets ?? [:], synchronizer, until: client.deadline)
  }

  /// Gives the handle's connection back; the group itself stays. Idempotent.
  public func close() { synchronizer.segment.raw.close() }

  private func state() throws -> ReaderGroupState {
    let deadline = client.deadline
    try synchronizer.fetchUpdates(until: deadline)
    guard let state = synchronizer.snapshot?.state else {
      throw PravegaError(
        .illegalState, "The reader group '\(scope)/\(groupName)' has no state yet.",
        hint: "Create it with createReaderGroup.")
    }
    return state
  }
}

/// Who has how many segments of a group.
public struct ReaderSegmentDistribution: Sendable, Hashable {
  /// Segments by reader; readers without any are in it with 0.
  public let readerSegmentDistribution: [String: Int]
  /// Segments that no reader has taken yet.
  public let unassignedSegments: Int
}
