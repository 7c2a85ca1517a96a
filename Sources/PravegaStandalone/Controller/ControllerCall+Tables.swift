// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

extension ControllerCall {
  func createTable(
    _ request: Proto.KeyValueTableConfig
  ) throws -> Proto.CreateKeyValueTableStatus {
    try require(.readUpdate, .scope(request.scope))
    var settings = KeyValueTableRecord.Settings()
    settings.partitionCount = request.partitionCount
    settings.primaryKeyLength = request.primaryKeyLength
    settings.secondaryKeyLength = request.secondaryKeyLength
    settings.rolloverByteCount = request.rolloverSizeBytes
    let status = try core.createTable(StreamKey(request.scope, request.kvtName), settings)
    return Proto.CreateKeyValueTableStatus(status: .init(rawValue: status.rawValue))
  }

  func tableSegments(_ request: Proto.KeyValueTableInfo) throws -> Proto.SegmentRanges {
    let key = StreamKey(request.scope, request.kvtName)
    try require(.readUpdate, .table(key))
    return Proto.SegmentRanges(
      segmentRanges: try core.tableSegments(key).map { $0.message(in: key) },
      delegationToken: token(.table(key), .readUpdate))
  }

  func listTables(
    _ request: Proto.KVTablesInScopeRequest
  ) throws -> Proto.KVTablesInScopeResponse {
    let scope = request.scope?.scope ?? ""
    try require(.read, .scope(scope))
    let page = try core.listTables(in: scope, after: request.continuationToken?.token ?? "") {
      mayRead(.table($0))
    }
    guard let page else { return Proto.KVTablesInScopeResponse(status: .scopeNotFound) }
    return Proto.KVTablesInScopeResponse(
      kvtables: page.names.map { Proto.KeyValueTableInfo(scope: scope, kvtName: $0) },
      continuationToken: Proto.ContinuationToken(token: page.token))
  }

  /// Real servers leave the rollover size out of the answer.
  func tableConfig(
    _ request: Proto.KeyValueTableInfo
  ) throws -> Proto.KeyValueTableConfigResponse {
    let key = StreamKey(request.scope, request.kvtName)
    try require(.read, .table(key))
    guard let table = try core.table(key) else {
      return Proto.KeyValueTableConfigResponse(status: .tableNotFound)
    }
    return Proto.KeyValueTableConfigResponse(
      config: Proto.KeyValueTableConfig(
        scope: key.scope, kvtName: key.name, partitionCount: table.settings.partitionCount,
        primaryKeyLength: table.settings.primaryKeyLength,
        secondaryKeyLength: table.settings.secondaryKeyLength))
  }

  func deleteTable(_ request: Proto.KeyValueTableInfo) throws -> Proto.DeleteKVTableStatus {
    let key = StreamKey(request.scope, request.kvtName)
    try require(.readUpdate, .table(key))
    let status = try core.deleteTable(key)
    return Proto.DeleteKVTableStatus(status: .init(rawValue: status.rawValue))
  }
}
