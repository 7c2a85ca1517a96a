// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

extension ControllerCall {
  func getControllerServerList(_ request: Proto.ServerRequest) -> Proto.ServerResponse {
    Proto.ServerResponse(nodeURI: [
      Proto.NodeUri(endpoint: caller.localHost, port: Int32(caller.localPort))
    ])
  }

  func createScope(_ request: Proto.ScopeInfo) throws -> Proto.CreateScopeStatus {
    try require(.readUpdate, .root)
    let status = try core.createScope(request.scope)
    return Proto.CreateScopeStatus(status: .init(rawValue: status.rawValue))
  }

  func listScopes(_ request: Proto.ScopesRequest) throws -> Proto.ScopesResponse {
    try require(.read, .root)
    let page = core.listScopes(after: request.continuationToken?.token ?? "") {
      mayRead(.scope($0))
    }
    return Proto.ScopesResponse(
      scopes: page.names, continuationToken: Proto.ContinuationToken(token: page.token))
  }

  func checkScopeExists(_ request: Proto.ScopeInfo) throws -> Proto.ExistsResponse {
    try require(.read, .scope(request.scope))
    return Proto.ExistsResponse(exists: try core.scopeExists(request.scope))
  }

  func deleteScope(_ request: Proto.ScopeInfo) throws -> Proto.DeleteScopeStatus {
    try require(.readUpdate, .root)
    let status = try core.deleteScope(request.scope)
    return Proto.DeleteScopeStatus(status: .init(rawValue: status.rawValue))
  }

  func deleteScopeRecursive(_ request: Proto.ScopeInfo) throws -> Proto.DeleteScopeStatus {
    try require(.readUpdate, .root)
    let status = try core.deleteScopeRecursively(request.scope)
    return Proto.DeleteScopeStatus(status: .init(rawValue: status.rawValue))
  }
}
