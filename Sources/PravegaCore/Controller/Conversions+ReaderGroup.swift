// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

extension ReaderGroupConfig {
  func message(scope: String, group: String) -> Proto.ReaderGroupConfiguration {
    Proto.ReaderGroupConfiguration(
      scope: scope, readerGroupName: group, groupRefreshTimeMillis: groupRefreshTimeMillis,
      automaticCheckpointIntervalMillis: automaticCheckpointIntervalMillis,
      maxOutstandingCheckpointRequest: maxOutstandingCheckpointRequest,
      retentionType: retentionType.rawValue, generation: generation,
      readerGroupId: readerGroupID.description, startingStreamCuts: Self.list(startingStreamCuts),
      endingStreamCuts: Self.list(endingStreamCuts))
  }

  /// An unbounded cut is a stream with an empty cut.
  private static func list(_ cuts: [PravegaStream: StreamCut]) -> [Proto.StreamCut] {
    cuts.sorted { $0.key < $1.key }.map { $0.value.message($0.key) }
  }

  init(_ config: Proto.ReaderGroupConfiguration?) throws(PravegaError) {
    guard let config else { throw unusable("no reader group configuration") }
    guard let id = UniqueID(config.readerGroupId) else {
      throw unusable("the impossible reader group id '\(config.readerGroupId.prefix(64))'")
    }
    guard let retention = StreamDataRetention(rawValue: config.retentionType) else {
      throw unusable("the unknown retention type \(config.retentionType)")
    }
    self.init(
      uncheckedStart: Self.map(config.startingStreamCuts),
      end: Self.map(config.endingStreamCuts),
      groupRefreshTimeMillis: config.groupRefreshTimeMillis,
      automaticCheckpointIntervalMillis: config.automaticCheckpointIntervalMillis,
      maxOutstandingCheckpointRequest: config.maxOutstandingCheckpointRequest,
      retentionType: retention, generation: config.generation, readerGroupID: id)
  }

  private static func map(_ cuts: [Proto.StreamCut]) -> [PravegaStream: StreamCut] {
    var map: [PravegaStream: StreamCut] = [:]
    for cut in cuts {
      let stream = PravegaStream(cut.streamInfo)
      map[stream] = cut.cut.isEmpty ? .unbounded : StreamCut(stream, offsetsByID: cut.cut)
    }
    return map
  }
}
