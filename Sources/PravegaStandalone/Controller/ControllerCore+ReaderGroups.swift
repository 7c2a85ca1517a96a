// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaThreads

extension ControllerCore {
  static let stateStreamRolloverByteCount: Int64 = 4_194_304

  /// Creates a group and the stream that holds its readers' state. A group that exists is
  /// answered as it is stored: clients compare.
  package func createReaderGroup(
    _ request: ReaderGroupRecord
  ) throws -> (CreateGroupStatus, ReaderGroupRecord?) {
    try requireScope(request.key.scope)
    try request.check()
    guard ControllerNames.isValidUserName(request.key.name) else { return (.invalidName, nil) }
    var group = request
    if group.id == .zero { group.id = .random() }
    group.generation = 0
    return try turns.run(group.turn) { try make(group) }
  }

  private func make(
    _ group: ReaderGroupRecord
  ) throws -> (CreateGroupStatus, ReaderGroupRecord?) {
    let key = group.key
    let (status, present) = state.withLock { state -> (CreateGroupStatus?, ReaderGroupRecord?) in
      guard let scope = state.scopes[key.scope], !scope.isEnding else {
        return (.scopeNotFound, nil)
      }
      if let present = scope.groups[key.name] { return (.success, present) }
      let isReady = !group.isSubscriber || group.streams.allSatisfy { state.find($0) != nil }
      return (isReady ? nil : .failure, nil)
    }
    if let status { return (status, present) }
    let created = try createStream(
      group.stateStream, .fixed(1, rolloverByteCount: ControllerCore.stateStreamRolloverByteCount))
    guard created == .success || created == .exists else { return (.failure, nil) }
    state.withLock { state in
      state.scopes[key.scope]?.groups[key.name] = group
      if group.isSubscriber { state.subscribe(group, to: group.streams) }
    }
    return (.success, group)
  }

  /// Nil when there is no such group.
  package func readerGroup(_ key: StreamKey) throws -> ReaderGroupRecord? {
    try requireNames(key)
    return try state.withLock { try $0.scope(key.scope).groups[key.name] }
  }

  /// Deletes a group by name and id; the generation does not matter.
  package func deleteReaderGroup(_ key: StreamKey, id: String) throws -> DeleteGroupStatus {
    try requireNames(key)
    _ = try state.withLock { try $0.scope(key.scope) }
    guard let group = try readerGroup(key) else { return .notFound }
    guard let id = UniqueID(id) else {
      throw ControllerFailure.invalidArgument("Invalid UUID string: \(id)")
    }
    guard group.id == id else { return .notFound }
    return try turns.run(group.turn) {
      state.withLock { state in
        state.unsubscribe(group, from: group.streams)
        state.scopes[key.scope]?.groups[key.name] = nil
      }
      _ = try sealStream(group.stateStream)
      _ = try deleteStream(group.stateStream)
      return .success
    }
  }

  /// Replaces a group's configuration if the caller knows its present generation.
  ///
  /// - Returns: the generation that counts now, or the request's when nothing was changed.
  package func updateReaderGroup(
    _ request: ReaderGroupRecord
  ) throws -> (UpdateGroupStatus, generation: Int64) {
    try requireNames(request.key)
    try request.check()
    let key = request.key
    return try turns.run(request.turn) {
      try state.withLock { state in
        guard let old = try state.scope(key.scope).groups[key.name] else {
          return (.notFound, request.generation)
        }
        guard old.generation == request.generation, old.id == request.id else {
          return (.invalidConfig, request.generation)
        }
        let isReady =
          !request.isSubscriber || request.streams.allSatisfy { state.find($0) != nil }
        guard isReady else { return (.failure, request.generation) }
        var new = request
        new.generation = old.generation &+ 1
        state.scopes[key.scope]?.groups[key.name] = new
        state.moveSubscriptions(from: old, to: new)
        return (.success, new.generation)
      }
    }
  }
}

extension ReaderGroupRecord {
  /// Groups take turns under a name that no stream can have.
  fileprivate var turn: StreamKey { StreamKey(key.scope, "reader group/" + key.name) }
}

extension ControllerState {
  fileprivate mutating func subscribe(_ group: ReaderGroupRecord, to streams: [StreamKey]) {
    for stream in streams {
      change(stream) { $0.subscribe(group.subscriberName, generation: group.generation) }
    }
  }

  fileprivate mutating func unsubscribe(_ group: ReaderGroupRecord, from streams: [StreamKey]) {
    for stream in streams {
      change(stream) { $0.unsubscribe(group.subscriberName, generation: group.generation) }
    }
  }

  fileprivate mutating func moveSubscriptions(
    from old: ReaderGroupRecord, to new: ReaderGroupRecord
  ) {
    let kept = new.isSubscriber ? Set(new.streams) : []
    if old.isSubscriber { unsubscribe(old, from: old.streams.filter { !kept.contains($0) }) }
    if new.isSubscriber { subscribe(new, to: new.streams) }
  }
}
