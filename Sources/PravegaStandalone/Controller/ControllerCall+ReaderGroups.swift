// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaProtobuf

extension ControllerCall {
  func createReaderGroup(
    _ request: Proto.ReaderGroupConfiguration
  ) throws -> Proto.CreateReaderGroupResponse {
    try require(groupRight, .scope(request.scope))
    let (status, group) = try core.createReaderGroup(ReaderGroupRecord(request))
    return Proto.CreateReaderGroupResponse(
      status: .init(rawValue: status.rawValue), config: group?.message)
  }

  /// A group that does not exist is answered with an empty configuration.
  func getReaderGroupConfig(
    _ request: Proto.ReaderGroupInfo
  ) throws -> Proto.ReaderGroupConfigResponse {
    try require(.read, .scope(request.scope))
    guard let group = try core.readerGroup(StreamKey(request.scope, request.readerGroup)) else {
      return Proto.ReaderGroupConfigResponse(config: .init(), status: .rgNotFound)
    }
    return Proto.ReaderGroupConfigResponse(config: group.message)
  }

  func deleteReaderGroup(
    _ request: Proto.ReaderGroupInfo
  ) throws -> Proto.DeleteReaderGroupStatus {
    try require(groupRight, .scope(request.scope))
    let key = StreamKey(request.scope, request.readerGroup)
    let status = try core.deleteReaderGroup(key, id: request.readerGroupId)
    return Proto.DeleteReaderGroupStatus(status: .init(rawValue: status.rawValue))
  }

  func updateReaderGroup(
    _ request: Proto.ReaderGroupConfiguration
  ) throws -> Proto.UpdateReaderGroupResponse {
    try require(groupRight, .scope(request.scope))
    let (status, generation) = try core.updateReaderGroup(ReaderGroupRecord(request))
    return Proto.UpdateReaderGroupResponse(
      status: .init(rawValue: status.rawValue), generation: generation)
  }

  func listSubscribers(_ request: Proto.StreamInfo) throws -> Proto.SubscribersResponse {
    let key = StreamKey(request)
    try require(.readUpdate, .stream(key))
    guard let names = try core.subscribers(of: key) else {
      return Proto.SubscribersResponse(status: .streamNotFound)
    }
    return Proto.SubscribersResponse(subscribers: names)
  }

  func updateSubscriber(
    _ request: Proto.SubscriberStreamCut
  ) throws -> Proto.UpdateSubscriberStatus {
    let key = StreamKey(request.streamCut?.streamInfo)
    try require(.readUpdate, .stream(key))
    let status = try core.updateSubscriber(
      request.subscriber, of: key, cut: request.streamCut?.cut ?? [:],
      group: request.readerGroupId, generation: request.generation)
    return Proto.UpdateSubscriberStatus(status: .init(rawValue: status.rawValue))
  }
}

extension ReaderGroupRecord {
  fileprivate init(_ message: Proto.ReaderGroupConfiguration) throws {
    self.init(StreamKey(message.scope, message.readerGroupName))
    guard let id = UniqueID(message.readerGroupId) else {
      throw ControllerFailure.invalidArgument("Invalid UUID string: \(message.readerGroupId)")
    }
    guard let retention = Retention(rawValue: message.retentionType) else {
      throw ControllerFailure.invalidArgument("unknown retention type")
    }
    self.id = id
    self.retention = retention
    generation = message.generation
    refreshMilliseconds = message.groupRefreshTimeMillis
    checkpointMilliseconds = message.automaticCheckpointIntervalMillis
    maxOutstandingCheckpoints = message.maxOutstandingCheckpointRequest
    start = message.startingStreamCuts.map { Cut(StreamKey($0.streamInfo), $0.cut) }
    end = message.endingStreamCuts.map { Cut(StreamKey($0.streamInfo), $0.cut) }
  }

  fileprivate var message: Proto.ReaderGroupConfiguration {
    Proto.ReaderGroupConfiguration(
      scope: key.scope, readerGroupName: key.name, groupRefreshTimeMillis: refreshMilliseconds,
      automaticCheckpointIntervalMillis: checkpointMilliseconds,
      maxOutstandingCheckpointRequest: maxOutstandingCheckpoints,
      retentionType: retention.rawValue, generation: generation, readerGroupId: id.description,
      startingStreamCuts: start.map(\.message), endingStreamCuts: end.map(\.message))
  }
}

extension ReaderGroupRecord.Cut {
  fileprivate var message: Proto.StreamCut {
    Proto.StreamCut(streamInfo: stream.message, cut: cut)
  }
}
