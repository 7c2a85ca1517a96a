// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf
package import PravegaThreads

private typealias Service = Proto.ControllerService

extension ControllerClient {
  package func createScope(
    _ scope: String, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let reply = try call(
      Service.createScope, Proto.ScopeInfo(scope: scope), about: scope, until: deadline)
    let outcome = Outcome("createScope", scope, reply.status.name)
    switch reply.status {
    case .success: return true
    case .scopeExists: return false
    case .invalidScopeName: throw outcome.badName("scope")
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func deleteScope(
    _ scope: String, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let reply = try call(
      Service.deleteScope, Proto.ScopeInfo(scope: scope), about: scope, until: deadline)
    let outcome = Outcome("deleteScope", scope, reply.status.name)
    switch reply.status {
    case .success: return true
    case .scopeNotFound: return false
    case .scopeNotEmpty:
      throw outcome.error(
        .illegalState, "The scope is not empty.",
        hint: "Delete its streams, reader groups and tables first, or delete it recursively.")
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func deleteScopeRecursive(
    _ scope: String, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let reply = try call(
      Service.deleteScopeRecursive, Proto.ScopeInfo(scope: scope), about: scope, until: deadline)
    switch reply.status {
    case .success: return true
    case .scopeNotFound: return false
    case .failure, .scopeNotEmpty, .unrecognized:
      throw Outcome("deleteScopeRecursive", scope, reply.status.name).error(
        .deleteScopeFailed, "The controller could not delete the scope with all that it holds.",
        hint: "List the scope to see what is left, and try again.")
    }
  }

  package func checkScopeExists(
    _ scope: String, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    try call(
      Service.checkScopeExists, Proto.ScopeInfo(scope: scope), about: scope, until: deadline
    ).exists
  }

  package func listScopes(
    after token: String, until deadline: Deadline
  ) throws(PravegaError) -> ListingPage<String> {
    let request = Proto.ScopesRequest(continuationToken: Proto.ContinuationToken(token: token))
    let reply = try call(Service.listScopes, request, about: "", until: deadline)
    return ListingPage(reply.scopes, token: reply.continuationToken?.token ?? token)
  }
}
