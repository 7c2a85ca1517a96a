// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaThreads

extension ControllerCore {
  package func createTable(
    _ key: StreamKey, _ settings: KeyValueTableRecord.Settings
  ) throws -> CreateTableStatus {
    try requireScope(key.scope)
    try settings.check()
    guard ControllerNames.isValidUserName(key.name) else { return .invalidName }
    let store = KeyValueTableRecord.storeKey(key)
    return try turns.run(store) {
      let status = state.withLock { state -> CreateTableStatus? in
        guard let scope = state.scopes[key.scope], !scope.isEnding else { return .scopeNotFound }
        return scope.tables[key.name] == nil ? nil : .exists
      }
      if let status { return status }
      guard settings.keyLength <= KeyValueTableRecord.Settings.longestKey,
        settings.partitionCount <= KeyValueTableRecord.Settings.mostPartitions
      else { return .failure }
      let number = state.withLock { $0.firstNumber(of: store) }
      let table = KeyValueTableRecord(key, settings, firstNumber: number)
      for name in table.segmentNames {
        try storage.createTableSegment(
          name, keyLength: Int32(truncatingIfNeeded: settings.keyLength),
          rolloverByteCount: settings.rolloverByteCount)
      }
      state.withLock { $0.scopes[key.scope]?.tables[key.name] = table }
      return .success
    }
  }

  /// Nil when there is no such table.
  package func table(_ key: StreamKey) throws -> KeyValueTableRecord? {
    try requireNames(key)
    return state.withLock { $0.scopes[key.scope]?.tables[key.name] }
  }

  package func tableSegments(_ key: StreamKey) throws -> [SegmentRecord] {
    guard let table = try table(key) else { throw ControllerFailure.notFound("table \(key)") }
    return table.segments
  }

  /// Nil when there is no such scope.
  package func listTables(
    in scope: String, after token: String, where isVisible: (StreamKey) -> Bool
  ) throws -> Page? {
    try requireScope(scope)
    let keys = state.withLock { $0.scopes[scope]?.tables.values.map(\.key) }
    return keys.map { Page($0.filter(isVisible).map(\.name), after: token) }
  }

  package func deleteTable(_ key: StreamKey) throws -> TableStatus {
    try requireNames(key)
    let store = KeyValueTableRecord.storeKey(key)
    return try turns.run(store) {
      guard let table = try table(key) else { return .notFound }
      for name in table.segmentNames { try storage.deleteSegment(name) }
      state.withLock { state in
        state.scopes[key.scope]?.tables[key.name] = nil
        state.remember(table.highestNumber, of: store)
      }
      return .success
    }
  }
}
