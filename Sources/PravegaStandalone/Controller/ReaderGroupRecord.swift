// SPDX-License-Identifier: Apache-2.0

package import PravegaCore

/// The configuration of a reader group, kept to be echoed field by field.
package struct ReaderGroupRecord: Sendable, Equatable {
  package enum Retention: Int32, Sendable {
    case none = 0
    case manual, automatic
  }

  package struct Cut: Sendable, Equatable {
    package var stream: StreamKey
    /// Empty: unbounded.
    package var cut: CutMap

    package init(_ stream: StreamKey, _ cut: CutMap = [:]) {
      self.stream = stream
      self.cut = cut
    }
  }

  package var key: StreamKey
  package var id = UniqueID.zero
  package var generation: Int64 = 0
  package var refreshMilliseconds: Int64 = 0
  package var checkpointMilliseconds: Int64 = 0
  package var maxOutstandingCheckpoints: Int32 = 0
  package var retention = Retention.none
  package var start: [Cut] = []
  package var end: [Cut] = []

  package init(_ key: StreamKey) { self.key = key }

  var isSubscriber: Bool { retention != .none }
  var streams: [StreamKey] { start.map(\.stream) }
  /// The name by which streams know the group.
  var subscriberName: String { key.description }
  /// The stream that holds the state that the readers share.
  var stateStream: StreamKey { StreamKey(key.scope, ControllerNames.groupPrefix + key.name) }

  /// What a real server refuses before it looks at anything else.
  func check() throws {
    guard !start.isEmpty else { throw ControllerFailure.invalidArgument("no streams") }
    guard maxOutstandingCheckpoints > 0 else {
      throw ControllerFailure.invalidArgument("maxOutstandingCheckpointRequest is not positive")
    }
    let starts = Dictionary(start.map { ($0.stream, $0) }) { first, _ in first }
    for end in end {
      guard let start = starts[end.stream] else {
        throw ControllerFailure.invalidArgument("an end for \(end.stream), which has no start")
      }
      for (segment, offset) in end.cut {
        guard offset >= start.cut[segment] ?? .min else {
          throw ControllerFailure.invalidArgument("the end of \(end.stream) is before its start")
        }
      }
    }
  }
}

package enum CreateGroupStatus: Int32, Sendable {
  case success = 0
  case failure, scopeNotFound, invalidName
}

package enum UpdateGroupStatus: Int32, Sendable {
  case success = 0
  case failure, notFound, invalidConfig
}

package enum DeleteGroupStatus: Int32, Sendable {
  case success = 0
  case failure, notFound
}
