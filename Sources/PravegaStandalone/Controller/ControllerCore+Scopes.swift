// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaThreads

package enum CreateScopeStatus: Int32, Sendable {
  case success = 0
  case failure, exists, invalidName
}

package enum DeleteScopeStatus: Int32, Sendable {
  case success = 0
  case failure, notFound, notEmpty
}

extension ControllerCore {
  package func createScope(_ name: String) throws -> CreateScopeStatus {
    try requireScope(name)
    guard ControllerNames.isValid(name) else { return .invalidName }
    return state.withLock { state in
      guard state.scopes[name] == nil else { return .exists }
      state.scopes[name] = ScopeRecord()
      return .success
    }
  }

  package func scopeExists(_ name: String) throws -> Bool {
    try requireScope(name)
    return state.withLock { $0.scopes[name] != nil }
  }

  package func listScopes(after token: String, where isVisible: (String) -> Bool) -> Page {
    let names = state.withLock { Array($0.scopes.keys) }
    return Page(names.filter(isVisible), after: token)
  }

  package func deleteScope(_ name: String) throws -> DeleteScopeStatus {
    try requireScope(name)
    return state.withLock { state in
      guard let scope = state.scopes[name] else { return .notFound }
      guard scope.isEmpty, name != ControllerNames.systemScope else { return .notEmpty }
      state.scopes[name] = nil
      return .success
    }
  }

  /// Deletes a scope with all that is in it. A scope that does not exist is deleted already.
  package func deleteScopeRecursively(_ name: String) throws -> DeleteScopeStatus {
    try requireScope(name)
    guard name != ControllerNames.systemScope else { return .notEmpty }
    let content = state.withLock { state -> ScopeRecord? in
      state.scopes[name]?.isEnding = true
      return state.scopes[name]
    }
    guard let content else { return .success }
    for group in content.groups.values {
      try ignoringMissing { _ = try deleteReaderGroup(group.key, id: group.id.description) }
    }
    for stream in content.streams.values {
      _ = try sealStream(stream.key)
      _ = try deleteStream(stream.key)
    }
    for table in content.tables.values { _ = try deleteTable(table.key) }
    state.withLock { state in
      // Another caller may have been faster, and a third may have made the scope anew.
      if state.scopes[name]?.isEnding == true { state.scopes[name] = nil }
    }
    return .success
  }

  /// Two callers may delete the same scope.
  private func ignoringMissing(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch ControllerFailure.notFound {
      return
    }
  }
}
