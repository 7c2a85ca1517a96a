// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaThreads

extension ControllerCore {
  /// Nil when there is no such stream in the scope.
  package func subscribers(of key: StreamKey) throws -> [String]? {
    try requireNames(key)
    return try state.withLock { state in
      try state.scope(key.scope).streams[key.name]?.subscribers.keys.sorted()
    }
  }

  /// Notes how far a reader group has read a stream.
  package func updateSubscriber(
    _ name: String, of key: StreamKey, cut: CutMap, group id: String, generation: Int64
  ) throws -> SubscriberStatus {
    try requireNames(key)
    guard let stream = find(key) else { return .streamNotFound }
    guard stream.subscribers[name] != nil, let group = readerGroup(subscriber: name) else {
      return .subscriberNotFound
    }
    guard let id = UniqueID(id) else {
      throw ControllerFailure.invalidArgument("Invalid UUID string: \(id)")
    }
    guard group.id == id else { return .subscriberNotFound }
    return try state.withLock { state in
      try state.change(key) { try $0.report(cut, by: name, generation: generation) }
        ?? .streamNotFound
    }
  }

  private func readerGroup(subscriber name: String) -> ReaderGroupRecord? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    return state.withLock { $0.scopes[String(parts[0])]?.groups[String(parts[1])] }
  }

  // MARK: - Writers' time

  package func noteTime(
    _ key: StreamKey, writer: String, position: CutMap, time: Int64
  ) throws -> NoteTimeStatus {
    _ = try stream(key)
    guard !writer.isEmpty else { throw ControllerFailure.invalidArgument("empty writer id") }
    return state.withLock { state in
      state.change(key) { $0.noteTime(time, position: position, of: writer) } ?? .internalError
    }
  }

  package func removeWriter(_ key: StreamKey, writer: String) throws -> RemoveWriterStatus {
    try requireNames(key)
    guard !writer.isEmpty else { return .internalError }
    return state.withLock { state in
      state.change(key) { $0.removeWriter(writer) } ?? .unknownWriter
    }
  }
}
