// SPDX-License-Identifier: Apache-2.0

/// What a reader group reads and how its readers work together.
///
/// Two configurations are equal when all but ``generation`` and ``readerGroupID`` is equal.
public struct ReaderGroupConfig: Sendable {
  /// Whether data that the group has not read yet is kept from retention.
  public enum StreamDataRetention: Int32, Sendable {
    /// It is not.
    case none = 0
    /// It is, up to the cuts that a client of another language gives to `updateRetentionStreamCut`.
    case manualReleaseAtUserStreamCut = 1
    /// It is, up to the last completed checkpoint.
    case automaticReleaseAtLastCheckpoint = 2
  }

  /// The generation of a configuration that no group has yet.
  public static let defaultGeneration: Int64 = -1
  /// The id of a configuration that no group has yet.
  public static let defaultID = UniqueID.zero

  /// How often a reader looks at the group's state, in milliseconds.
  public let groupRefreshTimeMillis: Int64
  /// How often the readers make a checkpoint of their own, in milliseconds; never when not positive.
  public let automaticCheckpointIntervalMillis: Int64
  /// The streams of the group and where reading starts.
  public let startingStreamCuts: [PravegaStream: StreamCut]
  /// Where reading ends; streams without a cut are read for ever.
  public let endingStreamCuts: [PravegaStream: StreamCut]
  /// How many checkpoints may be outstanding at once; for clients that ask for checkpoints.
  public let maxOutstandingCheckpointRequest: Int32
  /// Whether the group holds back retention.
  public let retentionType: StreamDataRetention
  /// How often the group has been reset; the controller counts.
  public let generation: Int64
  /// The identity that the controller gave to the group.
  public let readerGroupID: UniqueID

  /// Takes values that were checked before or come from a server.
  package init(
    uncheckedStart startingStreamCuts: [PravegaStream: StreamCut],
    end endingStreamCuts: [PravegaStream: StreamCut], groupRefreshTimeMillis: Int64,
    automaticCheckpointIntervalMillis: Int64, maxOutstandingCheckpointRequest: Int32,
    retentionType: StreamDataRetention = .none, generation: Int64 = defaultGeneration,
    readerGroupID: UniqueID = defaultID
  ) {
    self.startingStreamCuts = startingStreamCuts
    self.endingStreamCuts = endingStreamCuts
    self.groupRefreshTimeMillis = groupRefreshTimeMillis
    self.automaticCheckpointIntervalMillis = automaticCheckpointIntervalMillis
    self.maxOutstandingCheckpointRequest = maxOutstandingCheckpointRequest
    self.retentionType = retentionType
    self.generation = generation
    self.readerGroupID = readerGroupID
  }

  /// The same configuration as that of a group with an identity.
  package func with(
    id: UniqueID, generation: Int64, startingStreamCuts: [PravegaStream: StreamCut]? = nil
  ) -> ReaderGroupConfig {
    ReaderGroupConfig(
      uncheckedStart: startingStreamCuts ?? self.startingStreamCuts, end: endingStreamCuts,
      groupRefreshTimeMillis: groupRefreshTimeMillis,
      automaticCheckpointIntervalMillis: automaticCheckpointIntervalMillis,
      maxOutstandingCheckpointRequest: maxOutstandingCheckpointRequest,
      retentionType: retentionType, generation: generation, readerGroupID: id)
  }
}

extension ReaderGroupConfig: Hashable {
  /// Whether all but generation and id is equal.
  public static func == (a: ReaderGroupConfig, b: ReaderGroupConfig) -> Bool {
    a.groupRefreshTimeMillis == b.groupRefreshTimeMillis
      && a.automaticCheckpointIntervalMillis == b.automaticCheckpointIntervalMillis
      && a.startingStreamCuts == b.startingStreamCuts
      && a.endingStreamCuts == b.endingStreamCuts
      && a.maxOutstandingCheckpointRequest == b.maxOutstandingCheckpointRequest
      && a.retentionType == b.retentionType
  }

  /// Hashes all but generation and id.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(groupRefreshTimeMillis)
    hasher.combine(automaticCheckpointIntervalMillis)
    hasher.combine(startingStreamCuts)
    hasher.combine(endingStreamCuts)
    hasher.combine(maxOutstandingCheckpointRequest)
    hasher.combine(retentionType)
  }
}
