// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf
package import PravegaThreads

private typealias Service = Proto.ControllerService

extension ControllerClient {
  package func createKeyValueTable(
    _ table: KeyValueTableInfo, _ config: KeyValueTableConfiguration, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let name = table.scopedName
    let reply = try call(
      Service.createKeyValueTable, config.message(table), about: name, until: deadline)
    let outcome = Outcome("createKeyValueTable", name, reply.status.name)
    switch reply.status {
    case .success: return true
    case .tableExists: return false
    case .scopeNotFound: throw outcome.noScope
    case .invalidTableName: throw outcome.badName("key-value table")
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func deleteKeyValueTable(
    _ table: KeyValueTableInfo, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let name = table.scopedName
    let reply = try call(
      Service.deleteKeyValueTable, table.message, about: name, until: deadline)
    switch reply.status {
    case .success: return true
    case .tableNotFound: return false
    case .failure, .unrecognized:
      throw Outcome("deleteKeyValueTable", name, reply.status.name).failed
    }
  }

  package func getKeyValueTableConfiguration(
    _ table: KeyValueTableInfo, until deadline: Deadline
  ) throws(PravegaError) -> KeyValueTableConfiguration {
    let reply = try aboutTable(
      Service.getKeyValueTableConfiguration, table, until: deadline)
    let outcome = Outcome(
      "getKeyValueTableConfiguration", table.scopedName, reply.status.name)
    switch reply.status {
    case .success:
      guard let config = reply.config else { throw unusable("no table configuration") }
      return KeyValueTableConfiguration(config)
    case .tableNotFound: throw outcome.noTable
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func listKeyValueTables(
    inScope scope: String, after token: String, until deadline: Deadline
  ) throws(PravegaError) -> ListingPage<KeyValueTableInfo> {
    let request = Proto.KVTablesInScopeRequest(
      scope: Proto.ScopeInfo(scope: scope),
      continuationToken: Proto.ContinuationToken(token: token))
    let reply = try call(
      Service.listKeyValueTablesInScope, request, about: scope, until: deadline)
    let outcome = Outcome("listKeyValueTablesInScope", scope, reply.status.name)
    switch reply.status {
    case .success:
      let tables = reply.kvtables.map {
        KeyValueTableInfo(scope: $0.scope, keyValueTableName: $0.kvtName)
      }
      return ListingPage(tables, token: reply.continuationToken?.token ?? token)
    case .scopeNotFound: throw outcome.noScope
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func getCurrentSegmentsKeyValueTable(
    _ table: KeyValueTableInfo, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments {
    try StreamSegments(
      try aboutTable(Service.getCurrentSegmentsKeyValueTable, table, until: deadline))
  }

  private func aboutTable<Reply>(
    _ method: ProtobufMethod<Proto.KeyValueTableInfo, Reply>, _ table: KeyValueTableInfo,
    until deadline: Deadline
  ) throws(PravegaError) -> Reply {
    do throws(PravegaError) {
      return try call(method, table.message, about: table.scopedName, until: deadline)
    } catch {
      throw error.ifNotFound(Outcome(method.name, table.scopedName, "").noTable)
    }
  }
}
