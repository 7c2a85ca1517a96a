// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

extension ControllerCall {
  func createStream(_ request: Proto.StreamConfig) throws -> Proto.CreateStreamStatus {
    let key = StreamKey(request.streamInfo)
    let isMark = key.name.hasPrefix(ControllerNames.markPrefix)
    let isGroup = key.name.hasPrefix(ControllerNames.groupPrefix)
    let right = isMark ? .read : isGroup ? groupRight : .readUpdate
    try require(right, .scope(key.scope))
    let status = try core.createStream(key, StreamSettings(request))
    return Proto.CreateStreamStatus(status: .init(rawValue: status.rawValue))
  }

  func updateStream(_ request: Proto.StreamConfig) throws -> Proto.UpdateStreamStatus {
    let key = StreamKey(request.streamInfo)
    try require(.readUpdate, .owner(of: key))
    return answer(try core.updateStream(key, StreamSettings(request)))
  }

  func truncateStream(_ request: Proto.StreamCut) throws -> Proto.UpdateStreamStatus {
    let key = StreamKey(request.streamInfo)
    try require(.readUpdate, .stream(key))
    return answer(try core.truncateStream(key, at: request.cut))
  }

  func sealStream(_ request: Proto.StreamInfo) throws -> Proto.UpdateStreamStatus {
    let key = StreamKey(request)
    try require(.readUpdate, .stream(key))
    return answer(try core.sealStream(key))
  }

  func deleteStream(_ request: Proto.StreamInfo) throws -> Proto.DeleteStreamStatus {
    let key = StreamKey(request)
    try require(.readUpdate, .stream(key))
    let status = try core.deleteStream(key)
    return Proto.DeleteStreamStatus(status: .init(rawValue: status.rawValue))
  }

  func checkStreamExists(_ request: Proto.StreamInfo) throws -> Proto.ExistsResponse {
    let key = StreamKey(request)
    try require(.read, .stream(key))
    return Proto.ExistsResponse(exists: try core.streamExists(key))
  }

  func getStreamConfiguration(_ request: Proto.StreamInfo) throws -> Proto.StreamConfig {
    let key = StreamKey(request)
    try require(.read, .stream(key))
    return try core.settings(of: key).message(of: key)
  }

  func listStreamsInScope(
    _ request: Proto.StreamsInScopeRequest
  ) throws -> Proto.StreamsInScopeResponse {
    try listStreams(request.scope, request.continuationToken) { _ in true }
  }

  func listStreamsForTag(
    _ request: Proto.StreamsInScopeWithTagRequest
  ) throws -> Proto.StreamsInScopeResponse {
    guard !request.tag.isEmpty else { throw ControllerFailure.invalidArgument("empty tag") }
    return try listStreams(request.scope, request.continuationToken) { stream in
      !ControllerNames.isInternal(stream.key.name)
        && stream.settings.tags.contains(request.tag)
    }
  }

  private func listStreams(
    _ scope: Proto.ScopeInfo?, _ token: Proto.ContinuationToken?,
    where isWanted: (StreamRecord) -> Bool
  ) throws -> Proto.StreamsInScopeResponse {
    let scope = scope?.scope ?? ""
    try require(.read, .scope(scope))
    let page = try core.listStreams(in: scope, after: token?.token ?? "") {
      isWanted($0) && mayRead(.stream($0.key))
    }
    guard let page else { return Proto.StreamsInScopeResponse(status: .scopeNotFound) }
    return Proto.StreamsInScopeResponse(
      streams: page.names.map { Proto.StreamInfo(scope: scope, stream: $0) },
      continuationToken: Proto.ContinuationToken(token: page.token))
  }

  private func answer(_ status: UpdateStreamStatus) -> Proto.UpdateStreamStatus {
    Proto.UpdateStreamStatus(status: .init(rawValue: status.rawValue))
  }
}
