// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf
package import PravegaThreads

private typealias Service = Proto.ControllerService

extension ControllerClient {
  package func createStream(
    _ stream: PravegaStream, _ config: StreamConfiguration, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let name = stream.scopedName
    let reply = try call(
      Service.createStream, config.message(stream), about: name, until: deadline)
    let outcome = Outcome("createStream", name, reply.status.name)
    switch reply.status {
    case .success: return true
    case .streamExists: return false
    case .scopeNotFound: throw outcome.noScope
    case .invalidStreamName: throw outcome.badName("stream")
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func updateStream(
    _ stream: PravegaStream, _ config: StreamConfiguration, until deadline: Deadline
  ) throws(PravegaError) {
    let name = stream.scopedName
    let reply = try call(
      Service.updateStream, config.message(stream), about: name, until: deadline)
    try check(reply.status, "updateStream", name)
  }

  package func truncateStream(
    _ stream: PravegaStream, at cut: StreamCut, until deadline: Deadline
  ) throws(PravegaError) {
    let name = stream.scopedName
    guard let other = cut.stream, other == stream else {
      throw Outcome("truncateStream", name, "").error(
        .invalidArgument, "A stream can only be truncated at a cut of its own.",
        hint: "Take the cut from this stream's readers or from fetchStreamInfo.")
    }
    let reply = try call(
      Service.truncateStream, cut.message(stream), about: name, until: deadline)
    try check(reply.status, "truncateStream", name)
  }

  package func sealStream(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) {
    let name = stream.scopedName
    let reply = try call(Service.sealStream, stream.message(), about: name, until: deadline)
    try check(reply.status, "sealStream", name)
  }

  private func check(
    _ status: Proto.UpdateStreamStatus.Status, _ operation: String, _ name: String
  ) throws(PravegaError) {
    let outcome = Outcome(operation, name, status.name)
    switch status {
    case .success: return
    case .streamNotFound: throw outcome.noStream
    case .scopeNotFound: throw outcome.noScope
    case .streamSealed: throw outcome.sealed
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func deleteStream(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let name = stream.scopedName
    let reply = try call(Service.deleteStream, stream.message(), about: name, until: deadline)
    let outcome = Outcome("deleteStream", name, reply.status.name)
    switch reply.status {
    case .success: return true
    case .streamNotFound: return false
    case .streamNotSealed:
      throw outcome.error(
        .illegalState, "The stream is not sealed.", hint: "Seal it before deleting it.")
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func checkStreamExists(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    try call(
      Service.checkStreamExists, stream.message(), about: stream.scopedName, until: deadline
    ).exists
  }

  package func getStreamConfiguration(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> StreamConfiguration {
    let name = stream.scopedName
    do throws(PravegaError) {
      return try StreamConfiguration(
        try call(Service.getStreamConfiguration, stream.message(), about: name, until: deadline))
    } catch {
      throw error.ifNotFound(Outcome("getStreamConfiguration", name, "").noStream)
    }
  }
}

// MARK: - Listings

extension ControllerClient {
  package func listStreams(
    inScope scope: String, after token: String, until deadline: Deadline
  ) throws(PravegaError) -> ListingPage<PravegaStream> {
    let request = Proto.StreamsInScopeRequest(
      scope: Proto.ScopeInfo(scope: scope),
      continuationToken: Proto.ContinuationToken(token: token))
    let reply = try call(Service.listStreamsInScope, request, about: scope, until: deadline)
    return try page(reply, "listStreamsInScope", scope, token)
  }

  package func listStreams(
    inScope scope: String, tag: String, after token: String, until deadline: Deadline
  ) throws(PravegaError) -> ListingPage<PravegaStream> {
    let request = Proto.StreamsInScopeWithTagRequest(
      scope: Proto.ScopeInfo(scope: scope), tag: tag,
      continuationToken: Proto.ContinuationToken(token: token))
    let reply = try call(
      Service.listStreamsInScopeForTag, request, about: scope, until: deadline)
    return try page(reply, "listStreamsInScopeForTag", scope, token)
  }

  private func page(
    _ reply: Proto.StreamsInScopeResponse, _ operation: String, _ scope: String, _ token: String
  ) throws(PravegaError) -> ListingPage<PravegaStream> {
    let outcome = Outcome(operation, scope, reply.status.name)
    switch reply.status {
    case .success:
      return ListingPage(
        reply.streams.map(PravegaStream.init), token: reply.continuationToken?.token ?? token)
    case .scopeNotFound: throw outcome.noScope
    case .failure, .unrecognized: throw outcome.failed
    }
  }
}
