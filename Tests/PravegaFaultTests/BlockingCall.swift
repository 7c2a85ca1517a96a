// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaStandalone

/// A call that blocks while the server does not answer a request.
struct BlockingCall<Owner: Closeable & Sendable>: Sendable {
  /// What the call sends, perhaps after others.
  let request: String
  let run: @Sendable (Owner) throws -> Void

  init(_ request: String, _ run: @escaping @Sendable (Owner) throws -> Void) {
    self.request = request
    self.run = run
  }
}

extension BlockingCall where Owner == StreamManager {
  static func all() throws -> [BlockingCall] {
    let (scope, stream) = (Bench.scope, Bench.stream)
    let config = try StreamConfiguration(scalingPolicy: .fixed(1))
    let cut = StreamCut(
      PravegaStream(uncheckedScope: scope, stream: stream), offsetsByID: [0: 0])
    let scale: @Sendable (StreamManager) throws -> Void = { manager in
      try manager.scaleStream(
        scope: scope, stream: stream, sealing: [0],
        newRanges: [KeyRange(low: 0, high: 0.5), KeyRange(low: 0.5, high: 1)])
    }
    return [
      .init("createScope") { try $0.createScope("other") },
      .init("checkScopeExists") { _ = try $0.checkScopeExists(scope) },
      .init("deleteScope") { try $0.deleteScope(scope) },
      .init("deleteScopeRecursive") { try $0.deleteScopeRecursive(scope) },
      .init("listScopes") { manager in
        var scopes = manager.listScopes()
        _ = try scopes.next()
      },
      .init("listScopes") { manager in
        for scope in manager.listScopes().results { _ = try scope.get() }
      },
      .init("createStream") {
        try $0.createStream(scope: scope, stream: "other", config: config)
      },
      .init("updateStream") { try $0.updateStream(scope: scope, stream: stream, config: config) },
      .init("truncateStream") { try $0.truncateStream(scope: scope, stream: stream, at: cut) },
      .init("sealStream") { try $0.sealStream(scope: scope, stream: stream) },
      .init("deleteStream") { try $0.deleteStream(scope: scope, stream: stream) },
      .init("checkStreamExists") { _ = try $0.checkStreamExists(scope: scope, stream: stream) },
      .init("listStreamsInScope") { manager in
        var streams = manager.listStreams(scope: scope)
        _ = try streams.remaining()
      },
      .init("listStreamsInScopeForTag") { manager in
        var streams = manager.listStreams(scope: scope, tag: "tag")
        _ = try streams.next()
      },
      .init("getStreamConfiguration") {
        _ = try $0.streamConfiguration(scope: scope, stream: stream)
      },
      .init("getStreamConfiguration") { _ = try $0.streamTags(scope: scope, stream: stream) },
      .init("scale", scale), .init("checkScale", scale),
      .init("getCurrentSegments") { _ = try $0.currentSegments(scope: scope, stream: stream) },
      .init("checkScopeExists") { try $0.ping() },
    ]
  }
}

extension BlockingCall where Owner == ReaderGroupManager {
  /// On a bench whose group is called `group`.
  static func all() throws -> [BlockingCall] {
    let config = try ReaderGroupConfig.builder().stream("\(Bench.scope)/\(Bench.stream)").build()
    let create: @Sendable (ReaderGroupManager) throws -> Void = {
      try $0.createReaderGroup("new", config: config)
    }
    return [
      .init("createReaderGroup", create), .init("getCurrentSegments", create),
      .init("getURI", create), .init("SetupAppend", create), .init("ConditionalAppend", create),
      .init("getReaderGroupConfig") { try $0.deleteReaderGroup("group") },
      .init("deleteReaderGroup") { try $0.deleteReaderGroup("group") },
      .init("getCurrentSegments") { _ = try $0.readerGroup("group") },
    ]
  }
}

extension BlockingCall where Owner == ReaderGroup {
  /// On a group with a reader called `reader`.
  static func all() throws -> [BlockingCall] {
    let offline: @Sendable (ReaderGroup) throws -> Void = {
      try $0.readerOffline("reader", lastPosition: nil)
    }
    return [
      .init("ReadSegment") { _ = try $0.onlineReaders() },
      .init("GetStreamSegmentInfo") { _ = try $0.readerSegmentDistribution() },
      .init("ReadSegment", offline), .init("ConditionalAppend", offline),
      .init("SetupAppend", offline),
    ]
  }
}

extension BlockingCall where Owner == EventStreamClientFactory {
  /// On a bench whose group is called `group`.
  static func all() throws -> [BlockingCall] {
    let makeWriter: @Sendable (EventStreamClientFactory) throws -> Void = { factory in
      _ = try factory.createEventWriter(
        stream: Bench.stream, serializer: ByteArraySerializer())
    }
    let makeReader: @Sendable (EventStreamClientFactory) throws -> Void = { factory in
      _ = try factory.createReader(
        readerId: "other", readerGroup: "group", serializer: ByteArraySerializer())
    }
    return [
      .init("getCurrentSegments", makeWriter), .init("getCurrentSegments", makeReader),
      .init("getURI", makeReader), .init("SetupAppend", makeReader),
      .init("ConditionalAppend", makeReader), .init("ReadSegment", makeReader),
    ]
  }
}
