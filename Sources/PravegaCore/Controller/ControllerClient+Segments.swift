// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
internal import PravegaProtobuf
package import PravegaThreads

private typealias Service = Proto.ControllerService

extension ControllerClient {
  package func getCurrentSegments(
    _ stream: PravegaStream, access: TokenAccess?, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments {
    try StreamSegments(
      try aboutStream(
        Service.getCurrentSegments, stream.message(access.message), stream, until: deadline))
  }

  package func getEpochSegments(
    _ stream: PravegaStream, epoch: Int32, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments {
    let request = Proto.GetEpochSegmentsRequest(streamInfo: stream.message(), epoch: epoch)
    return try StreamSegments(
      try aboutStream(Service.getEpochSegments, request, stream, until: deadline))
  }

  package func getSegments(
    _ stream: PravegaStream, access: TokenAccess?, until deadline: Deadline
  ) throws(PravegaError) -> StreamHead {
    let request = Proto.GetSegmentsRequest(streamInfo: stream.message(access.message))
    let reply = try aboutStream(Service.getSegments, request, stream, until: deadline)
    let offsets = reply.segments.map { (Segment($0.segmentId), $0.offset) }
    return StreamHead(
      Dictionary(offsets) { first, _ in first }, delegationToken: reply.delegationToken)
  }

  package func getSegmentsImmediatelyFollowing(
    _ segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegmentSuccessors {
    StreamSegmentSuccessors(
      try aboutStream(
        Service.getSegmentsImmediatelyFollowing, segment.message, segment.pravegaStream,
        subject: segment.qualifiedName, until: deadline))
  }

  package func getSegmentsBetween(
    _ stream: PravegaStream, from: StreamCut, to: StreamCut, until deadline: Deadline
  ) throws(PravegaError) -> SegmentSet {
    guard from.stream != nil || to.stream != nil else {
      throw Outcome("getSegmentsBetween", stream.scopedName, "").error(
        .invalidArgument, "At least one of the two stream cuts must be bounded.")
    }
    let request = Proto.StreamCutRange(
      streamInfo: stream.message(), from: from.offsetsByID, to: to.offsetsByID)
    let reply = try aboutStream(Service.getSegmentsBetween, request, stream, until: deadline)
    return SegmentSet(reply.segments.map(Segment.init), delegationToken: reply.delegationToken)
  }

  package func getURI(
    _ segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> Endpoint {
    let name = segment.qualifiedName
    let reply = try call(Service.getURI, segment.message, about: name, until: deadline)
    guard let port = UInt16(exactly: reply.port), port > 0, !reply.endpoint.isEmpty else {
      let address = "\(reply.endpoint.prefix(255)):\(reply.port)"
      throw unusable("the impossible store address '\(address)'").with(
        operation: "getURI", subject: name)
    }
    return Endpoint(host: reply.endpoint, port: port)
  }

  package func isSegmentOpen(
    _ segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    try aboutStream(
      Service.isSegmentValid, segment.message, segment.pravegaStream,
      subject: segment.qualifiedName, until: deadline
    ).response
  }

  package func isStreamCutValid(
    _ stream: PravegaStream, _ cut: StreamCut, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    try aboutStream(
      Service.isStreamCutValid, cut.message(stream), stream, until: deadline
    ).response
  }

  /// A call that answers NOT_FOUND when there is no such stream.
  func aboutStream<Request, Reply>(
    _ method: ProtobufMethod<Request, Reply>, _ request: Request, _ stream: PravegaStream,
    subject: String? = nil, until deadline: Deadline
  ) throws(PravegaError) -> Reply {
    do throws(PravegaError) {
      return try call(method, request, about: subject ?? stream.scopedName, until: deadline)
    } catch {
      throw error.ifNotFound(Outcome(method.name, stream.scopedName, "").noStream)
    }
  }
}
