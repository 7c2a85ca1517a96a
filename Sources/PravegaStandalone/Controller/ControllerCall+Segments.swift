// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaProtobuf

extension ControllerCall {
  func getCurrentSegments(_ request: Proto.StreamInfo) throws -> Proto.SegmentRanges {
    let key = StreamKey(request)
    let owner = AccessResource.owner(of: key)
    let token = try grant(request.accessOperation, owner)
    return ranges(try core.currentSegments(key), key, token)
  }

  func getEpochSegments(_ request: Proto.GetEpochSegmentsRequest) throws -> Proto.SegmentRanges {
    let key = StreamKey(request.streamInfo)
    try require(.readUpdate, .stream(key))
    let segments = try core.epochSegments(key, epoch: request.epoch)
    return ranges(segments, key, token(.stream(key), .readUpdate))
  }

  func getSegments(_ request: Proto.GetSegmentsRequest) throws -> Proto.SegmentsAtTime {
    let key = StreamKey(request.streamInfo)
    let token = try grant(request.streamInfo?.accessOperation ?? .unspecified, .stream(key))
    let segments = try core.head(key).map { segment, offset in
      Proto.SegmentsAtTime.SegmentLocation(
        segmentId: SegmentRecord.message(segment, in: key), offset: offset)
    }
    return Proto.SegmentsAtTime(segments: segments, delegationToken: token)
  }

  /// Without access only the right to read is needed, and there is no token.
  private func grant(
    _ access: Proto.StreamInfo.AccessOperation, _ resource: AccessResource
  ) throws -> String {
    guard access != .none else {
      try require(.read, resource)
      return ""
    }
    try require(.readUpdate, resource)
    return token(resource, .readUpdate)
  }

  private func ranges(
    _ segments: [SegmentRecord], _ key: StreamKey, _ token: String
  ) -> Proto.SegmentRanges {
    Proto.SegmentRanges(
      segmentRanges: segments.map { $0.message(in: key) }, delegationToken: token)
  }

  func getSuccessors(_ request: Proto.SegmentId) throws -> Proto.SuccessorResponse {
    let key = StreamKey(request)
    try require(.read, .stream(key))
    let entries = try core.successors(key, of: request.segmentId).map { successor in
      Proto.SuccessorResponse.SegmentEntry(
        segment: successor.segment.message(in: key), value: successor.predecessors)
    }
    return Proto.SuccessorResponse(segments: entries)
  }

  func getSegmentsBetween(
    _ request: Proto.StreamCutRange
  ) throws -> Proto.StreamCutRangeResponse {
    let key = StreamKey(request.streamInfo)
    try require(.read, .stream(key))
    let segments = try core.segments(key, from: request.from, to: request.to)
    return Proto.StreamCutRangeResponse(
      segments: segments.map { SegmentRecord.message($0.id, in: key) },
      delegationToken: token(.stream(key), .read))
  }

  func getURI(_ request: Proto.SegmentId) throws -> Proto.NodeUri {
    let key = StreamKey(request)
    try require(.read, .owner(of: key))
    try core.requireNames(key)
    let (host, port) = service.storeAddress(caller)
    return Proto.NodeUri(endpoint: host, port: Int32(port))
  }

  func isSegmentValid(_ request: Proto.SegmentId) throws -> Proto.SegmentValidityResponse {
    let key = StreamKey(request)
    try require(.read, .stream(key))
    return Proto.SegmentValidityResponse(
      response: try core.isSegmentActive(key, request.segmentId))
  }

  func isStreamCutValid(_ request: Proto.StreamCut) throws -> Proto.StreamCutValidityResponse {
    let key = StreamKey(request.streamInfo)
    try require(.read, .stream(key))
    return Proto.StreamCutValidityResponse(response: try core.isCutValid(key, request.cut))
  }

  func scale(_ request: Proto.ScaleRequest) throws -> Proto.ScaleResponse {
    let key = StreamKey(request.streamInfo)
    try require(.readUpdate, .stream(key))
    let ranges = request.newKeyRanges.map { KeyRange(low: $0.start, high: $0.end) }
    switch try core.scale(key, seal: request.sealedSegments, create: ranges) {
    case .started(let segments, let epoch):
      return Proto.ScaleResponse(
        status: .started, segments: segments.map { $0.message(in: key) }, epoch: epoch)
    case .failure: return Proto.ScaleResponse(status: .failure)
    case .preconditionFailed: return Proto.ScaleResponse(status: .preconditionFailed)
    }
  }

  func checkScale(_ request: Proto.ScaleStatusRequest) throws -> Proto.ScaleStatusResponse {
    let key = StreamKey(request.streamInfo)
    try require(.read, .stream(key))
    let status = try core.checkScale(key, epoch: request.epoch)
    return Proto.ScaleStatusResponse(status: .init(rawValue: status.rawValue))
  }
}
