// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
internal import PravegaProtobuf
package import PravegaThreads

private typealias Service = Proto.ControllerService

extension ControllerClient {
  package func getDelegationToken(
    _ stream: PravegaStream, access: TokenAccess, until deadline: Deadline
  ) throws(PravegaError) -> String {
    try aboutStream(
      Service.getDelegationToken, stream.message(TokenAccess?(access).message), stream,
      until: deadline
    ).delegationToken
  }

  package func getControllerServerList(
    until deadline: Deadline
  ) throws(PravegaError) -> [Endpoint] {
    let reply = try call(
      Service.getControllerServerList, Proto.ServerRequest(), about: "", until: deadline)
    return Self.endpoints(reply)
  }

  package func getControllerToBucketMapping(
    _ service: BucketService, until deadline: Deadline
  ) throws(PravegaError) -> [String: [Int32]] {
    let request = Proto.ControllerToBucketMappingRequest(serviceType: service.message)
    let reply = try call(
      Service.getControllerToBucketMapping, request, about: "", until: deadline)
    return reply.mapping.mapValues(\.id)
  }

  /// Asks whether a scope exists that is always there or never: needs no more than an answer.
  /// A caller who may not read it is known all the same.
  package func ping(until deadline: Deadline) throws(PravegaError) {
    do throws(PravegaError) {
      _ = try checkScopeExists("_system", until: deadline)
    } catch {
      guard error.code != .authorization else { return }
      // Nobody has asked for a scope.
      var answer = error
      answer.context.operation = "ping"
      answer.context.subject = ""
      throw answer
    }
  }

  /// A provider of tokens for a stream that asks this controller.
  package func delegationTokens(
    _ stream: PravegaStream, access: TokenAccess, initial: String? = nil
  ) -> DelegationTokenProvider {
    DelegationTokenProvider(initial: initial) { [self] (deadline) throws(PravegaError) in
      try getDelegationToken(stream, access: access, until: deadline)
    }
  }

  /// All scopes.
  package func scopes(timeout: Duration = .seconds(30)) -> BlockingIterator<String> {
    BlockingIterator { [self] (token) throws(PravegaError) in
      try listScopes(after: token, until: .after(timeout))
    }
  }

  /// All streams of a scope, those with a tag if one is given.
  package func streams(
    inScope scope: String, tag: String? = nil, timeout: Duration = .seconds(30)
  ) -> BlockingIterator<PravegaStream> {
    BlockingIterator { [self] (token) throws(PravegaError) in
      let deadline = Deadline.after(timeout)
      guard let tag else { return try listStreams(inScope: scope, after: token, until: deadline) }
      return try listStreams(inScope: scope, tag: tag, after: token, until: deadline)
    }
  }

  /// All key-value tables of a scope.
  package func keyValueTables(
    inScope scope: String, timeout: Duration = .seconds(30)
  ) -> BlockingIterator<KeyValueTableInfo> {
    BlockingIterator { [self] (token) throws(PravegaError) in
      try listKeyValueTables(inScope: scope, after: token, until: .after(timeout))
    }
  }
}
