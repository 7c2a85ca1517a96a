// SPDX-License-Identifier: Apache-2.0

extension ReaderGroupConfig {
  /// Starts a configuration with Java's defaults and no stream.
  public static func builder() -> Builder { Builder() }

  /// Starts from this configuration.
  public func toBuilder() -> Builder {
    var builder = Builder()
    builder.start = startingStreamCuts
    builder.end = endingStreamCuts
    builder.refreshMillis = groupRefreshTimeMillis
    builder.checkpointMillis = automaticCheckpointIntervalMillis
    builder.maxOutstanding = maxOutstandingCheckpointRequest
    builder.retention = retentionType
    builder.generation = generation
    builder.id = readerGroupID
    return builder
  }

  /// Collects the parts of a configuration; every method returns a changed copy.
  public struct Builder: Sendable {
    fileprivate var start: [PravegaStream: StreamCut] = [:]
    fileprivate var end: [PravegaStream: StreamCut] = [:]
    fileprivate var refreshMillis: Int64 = 3000
    fileprivate var checkpointMillis: Int64 = 30_000
    fileprivate var maxOutstanding: Int32 = 3
    fileprivate var retention = StreamDataRetention.none
    fileprivate var generation = ReaderGroupConfig.defaultGeneration
    fileprivate var id = ReaderGroupConfig.defaultID

    /// Adds a stream given as `scope/stream`, whole or between two cuts.
    ///
    /// - Throws: ``PravegaError`` with code `invalidArgument` when the text names no stream.
    public func stream(
      _ scopedName: String, from start: StreamCut = .unbounded, to end: StreamCut = .unbounded
    ) throws -> Builder {
      stream(try PravegaStream(scopedName: scopedName), from: start, to: end)
    }

    /// Adds a stream, whole or between two cuts.
    public func stream(
      _ stream: PravegaStream, from start: StreamCut = .unbounded,
      to end: StreamCut = .unbounded
    ) -> Builder {
      changed {
        $0.start[stream] = start
        $0.end[stream] = end
      }
    }

    /// Replaces all streams and starting cuts.
    public func startFromStreamCuts(_ cuts: [PravegaStream: StreamCut]) -> Builder {
      changed { $0.start = cuts }
    }

    /// Replaces all streams and starting cuts by those of a checkpoint.
    public func startFromCheckpoint(_ checkpoint: Checkpoint) -> Builder {
      startFromStreamCuts(checkpoint.streamCuts)
    }

    /// Replaces all ending cuts.
    public func endingStreamCuts(_ cuts: [PravegaStream: StreamCut]) -> Builder {
      changed { $0.end = cuts }
    }

    /// No checkpoints but those that are asked for.
    public func disableAutomaticCheckpoints() -> Builder { automaticCheckpointIntervalMillis(-1) }

    /// How often the readers make a checkpoint of their own; 30 s when it is not set.
    public func automaticCheckpointIntervalMillis(_ value: Int64) -> Builder {
      changed { $0.checkpointMillis = value }
    }

    /// How often a reader looks at the group's state; 3 s when it is not set.
    public func groupRefreshTimeMillis(_ value: Int64) -> Builder {
      changed { $0.refreshMillis = value }
    }

    /// How many checkpoints may be outstanding at once; 3 when it is not set.
    public func maxOutstandingCheckpointRequest(_ value: Int32) -> Builder {
      changed { $0.maxOutstanding = value }
    }

    /// Whether the group holds back retention; it does not when it is not set.
    public func retentionType(_ value: StreamDataRetention) -> Builder {
      changed { $0.retention = value }
    }

    /// Checks the parts and makes the configuration.
    ///
    /// - Throws: ``PravegaError`` with code `invalidArgument` when there is no stream, a cut
    ///   belongs to another stream, a start lies behind its end or a number is out of its limits.
    public func build() throws -> ReaderGroupConfig {
      let config = ReaderGroupConfig(
        uncheckedStart: start, end: end, groupRefreshTimeMillis: refreshMillis,
        automaticCheckpointIntervalMillis: checkpointMillis,
        maxOutstandingCheckpointRequest: maxOutstanding, retentionType: retention,
        generation: generation, readerGroupID: id)
      try config.validate()
      return config
    }

    private func changed(_ change: (inout Builder) -> Void) -> Builder {
      var copy = self
      change(&copy)
      return copy
    }
  }
}
