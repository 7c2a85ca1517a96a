// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Every call that blocks, while the server hangs: a close from another thread wakes it, and
/// returns itself, also when it comes twice at once.
final class CloseEveryCallTests: LeakCheckedTestCase {
  /// - Parameters:
  ///   - request: the first such request from now on is never answered, nor is any other.
  ///   - call: made on a thread of its own.
  private func check(
    _ what: String, hangs request: String, on bench: Bench, closing owner: any Closeable & Sendable,
    file: StaticString = #filePath, line: UInt = #line,
    _ call: @escaping @Sendable () throws -> Void
  ) {
    let before = bench.faults.injectedCount
    bench.faults.add(FaultRule(request, first: 1, repeats: true, .hang))
    let blocked = Call(call)
    awaitState("\(what): the request", file: file, line: line) {
      bench.faults.injectedCount > before || blocked.isDone
    }
    XCTAssertFalse(blocked.isDone, "\(what) did not block", file: file, line: line)
    let closes = (0..<2).map { _ in Call { try owner.close() } }
    blocked.assertFails(.objectClosed, within: .seconds(2), file: file, line: line)
    for close in closes {
      XCTAssertNoThrow(
        try close.value(within: .seconds(3)), "\(what): close", file: file, line: line)
    }
    blocked.assertFails(.objectClosed, file: file, line: line)
  }

  private static func patient(_ config: inout ClientConfig) {
    config.connectTimeout = .seconds(60)
    config.requestTimeout = .seconds(60)
  }

  private func makeBench() throws -> Bench { try Bench(client: Self.patient) }

  func testEveryCallOfAStreamManager() throws {
    let (scope, stream) = (Bench.scope, Bench.stream)
    let config = try StreamConfiguration(scalingPolicy: .fixed(1))
    let cut = StreamCut(
      PravegaStream(uncheckedScope: scope, stream: stream), offsetsByID: [0: 0])
    let calls: [(String, @Sendable (StreamManager) throws -> Void)] = [
      ("createScope", { try $0.createScope("other") }),
      ("checkScopeExists", { _ = try $0.checkScopeExists(scope) }),
      ("deleteScope", { try $0.deleteScope(scope) }),
      ("deleteScopeRecursive", { try $0.deleteScopeRecursive(scope) }),
      (
        "listScopes",
        { manager in
          var scopes = manager.listScopes()
          _ = try scopes.next()
        }
      ),
      (
        "listScopes",
        { manager in
          for scope in manager.listScopes().results { _ = try scope.get() }
        }
      ),
      ("createStream", { try $0.createStream(scope: scope, stream: "other", config: config) }),
      ("updateStream", { try $0.updateStream(scope: scope, stream: stream, config: config) }),
      ("truncateStream", { try $0.truncateStream(scope: scope, stream: stream, at: cut) }),
      ("sealStream", { try $0.sealStream(scope: scope, stream: stream) }),
      ("deleteStream", { try $0.deleteStream(scope: scope, stream: stream) }),
      ("checkStreamExists", { _ = try $0.checkStreamExists(scope: scope, stream: stream) }),
      (
        "listStreamsInScope",
        { manager in
          var streams = manager.listStreams(scope: scope)
          _ = try streams.remaining()
        }
      ),
      (
        "listStreamsInScopeForTag",
        { manager in
          var streams = manager.listStreams(scope: scope, tag: "tag")
          _ = try streams.next()
        }
      ),
      ("getStreamConfiguration", { _ = try $0.streamConfiguration(scope: scope, stream: stream) }),
      ("getStreamConfiguration", { _ = try $0.streamTags(scope: scope, stream: stream) }),
      (
        "scale",
        { manager in
          try manager.scaleStream(
            scope: scope, stream: stream, sealing: [0],
            newRanges: [KeyRange(low: 0, high: 0.5), KeyRange(low: 0.5, high: 1)])
        }
      ),
      (
        "checkScale",
        { manager in
          try manager.scaleStream(
            scope: scope, stream: stream, sealing: [0],
            newRanges: [KeyRange(low: 0, high: 0.5), KeyRange(low: 0.5, high: 1)])
        }
      ),
      ("getCurrentSegments", { _ = try $0.currentSegments(scope: scope, stream: stream) }),
      ("checkScopeExists", { try $0.ping() }),
    ]
    for (request, call) in calls {
      let bench = try makeBench()
      let manager = try StreamManager.create(clientConfig: bench.client.config)
      check(request, hangs: request, on: bench, closing: manager) { try call(manager) }
      bench.close()
    }
  }

  func testEveryCallOfAReaderGroupManager() throws {
    let config = try ReaderGroupConfig.builder().stream("\(Bench.scope)/\(Bench.stream)").build()
    let create: @Sendable (ReaderGroupManager) throws -> Void = {
      try $0.createReaderGroup("new", config: config)
    }
    let calls: [(String, @Sendable (ReaderGroupManager) throws -> Void)] = [
      ("createReaderGroup", create), ("getCurrentSegments", create), ("getURI", create),
      ("SetupAppend", create), ("ConditionalAppend", create),
      ("getReaderGroupConfig", { try $0.deleteReaderGroup("group") }),
      ("deleteReaderGroup", { try $0.deleteReaderGroup("group") }),
      ("getCurrentSegments", { _ = try $0.readerGroup("group") }),
    ]
    for (request, call) in calls {
      let bench = try makeBench()
      try bench.makeGroup()
      let manager = try ReaderGroupManager.withScope(
        Bench.scope, config: bench.client.config)
      check(request, hangs: request, on: bench, closing: manager) { try call(manager) }
      bench.close()
    }
  }

  func testEveryCallOfAReaderGroup() throws {
    let offline: @Sendable (ReaderGroup) throws -> Void = {
      try $0.readerOffline("reader", lastPosition: nil)
    }
    let calls: [(String, @Sendable (ReaderGroup) throws -> Void)] = [
      ("ReadSegment", { _ = try $0.onlineReaders() }),
      ("GetStreamSegmentInfo", { _ = try $0.readerSegmentDistribution() }),
      ("ReadSegment", offline), ("ConditionalAppend", offline), ("SetupAppend", offline),
    ]
    for (request, call) in calls {
      let bench = try makeBench()
      try bench.makeGroup()
      let reader = try bench.makeReader()
      let manager = try ReaderGroupManager.withScope(
        Bench.scope, config: bench.client.config)
      let group = try manager.readerGroup("group")
      check(request, hangs: request, on: bench, closing: manager) { try call(group) }
      group.close()
      bench.factory.close()
      try reader.close()
      bench.close()
    }
  }

  func testEveryCallOfAFactory() throws {
    let makeWriter: @Sendable (EventStreamClientFactory) throws -> Void = { factory in
      _ = try factory.createEventWriter(
        stream: Bench.stream, serializer: ByteArraySerializer())
    }
    let makeReader: @Sendable (EventStreamClientFactory) throws -> Void = { factory in
      _ = try factory.createReader(
        readerId: "other", readerGroup: "group", serializer: ByteArraySerializer())
    }
    let calls: [(String, @Sendable (EventStreamClientFactory) throws -> Void)] = [
      ("getCurrentSegments", makeWriter), ("getCurrentSegments", makeReader),
      ("getURI", makeReader), ("SetupAppend", makeReader), ("ConditionalAppend", makeReader),
      ("ReadSegment", makeReader),
    ]
    for (request, call) in calls {
      let bench = try makeBench()
      try bench.makeGroup()
      let factory = try EventStreamClientFactory.withScope(
        Bench.scope, config: bench.client.config)
      check(request, hangs: request, on: bench, closing: factory) { try call(factory) }
      bench.close()
    }
  }

  func testEveryCallOfAWriter() throws {
    typealias Writer = EventStreamWriter<[UInt8]>
    let event = [UInt8](repeating: 1, count: 1000)
    let large = [UInt8](repeating: 1, count: 100_000)
    let calls: [(String, String, @Sendable (Writer) throws -> Void)] = [
      ("write", "AppendBlockEnd", { while true { try $0.writeEvent(event) } }),
      ("write, large", "AppendBlockEnd", { while true { try $0.writeEvent(large) } }),
      ("write, unconnected", "SetupAppend", { while true { try $0.writeEvent(event) } }),
      (
        "write, with a limit", "AppendBlockEnd",
        {
          while true { try $0.writeEvent(event, routingKey: "a", timeout: .seconds(60)) }
        }
      ),
      (
        "batch", "AppendBlockEnd",
        {
          while true { try $0.writeEvents([event, large], routingKey: "a") }
        }
      ),
      ("get", "AppendBlockEnd", { try $0.writeEvent(event).get() }),
      (
        "get, with a limit", "AppendBlockEnd",
        {
          try $0.writeEvent(event).get(timeout: .seconds(60))
        }
      ),
      (
        "flush", "AppendBlockEnd",
        { writer in
          try writer.writeEvent(event)
          try writer.flush()
        }
      ),
      (
        "flush, unconnected", "getURI",
        { writer in
          try writer.writeEvent(event)
          try writer.flush(timeout: .seconds(60))
        }
      ),
    ]
    for (what, request, call) in calls {
      let bench = try Bench(client: { config in
        Self.patient(&config)
        config.writeBufferSize = 512 << 10
      })
      // Nothing is on its way before the request that hangs.
      bench.faults.add(FaultRule(request, first: 1, repeats: true, .hang))
      let writer = try bench.factory.createEventWriter(
        stream: Bench.stream, serializer: ByteArraySerializer())
      check(what, hangs: request, on: bench, closing: bench.factory) { try call(writer) }
      XCTAssertEqual(bench.client.core.buffers.bytesInUse, 0, what)
      XCTAssertNoThrow(try writer.close())
      bench.close()
    }
  }

  /// What a writer's close waits for ends with its factory's, without an error of its own.
  func testAWritersCloseThatFlushes() throws {
    let bench = try makeBench()
    bench.faults.add(FaultRule("AppendBlockEnd", first: 1, repeats: true, .hang))
    let writer = try bench.factory.createEventWriter(
      stream: Bench.stream, serializer: ByteArraySerializer())
    let future = try writer.writeEvent([1])
    awaitState("the request") { bench.faults.injectedCount > 0 }
    let closes = [Call { try writer.close() }, Call { try writer.close() }]
    let get = Call { try future.get() }
    bench.factory.close()
    for close in closes { try close.value(within: .seconds(2)) }
    get.assertFails(.objectClosed)
    bench.close()
  }

  /// A reader that leaves its group waits for the store.
  func testAReadersCloseThatTellsItsGroup() throws {
    let bench = try makeBench()
    try bench.makeGroup()
    let reader = try bench.makeReader()
    let events = try bench.factory.createEventWriter(
      stream: Bench.stream, serializer: ByteArraySerializer())
    try events.writeEvent([1]).get()
    while try reader.readNextEvent(timeout: .seconds(5)).event == nil {}
    let before = bench.faults.injectedCount
    for request in ["ConditionalAppend", "SetupAppend", "GetStreamSegmentInfo"] {
      bench.faults.add(FaultRule(request, first: 1, repeats: true, .hang))
    }
    let close = Call { try reader.close() }
    awaitState("the request") { bench.faults.injectedCount > before || close.isDone }
    XCTAssertFalse(close.isDone)
    // The second close of a reader has nothing left to do.
    try Call { try reader.close() }.value(within: .seconds(2))
    bench.factory.close()
    close.assertFails(.objectClosed, within: .seconds(2))
    bench.close()
  }

  /// A write that waits for the successors of a sealed segment.
  func testAWriteDuringAHandOver() throws {
    let bench = try makeBench()
    let writer = try bench.factory.createEventWriter(
      stream: Bench.stream, serializer: ByteArraySerializer())
    try writer.writeEvent([1]).get()
    bench.faults.add(
      FaultRule("getSegmentsImmediatelyFollowing", first: 1, repeats: true, .hang))
    bench.faults.add(
      FaultRule("getSegmentsImmediatlyFollowing", first: 1, repeats: true, .hang))
    bench.faults.add(FaultRule("AppendBlockEnd", first: 1, .seal))
    let future = try writer.writeEvent([2])
    awaitState("the question") { bench.faults.injectedCount > 1 }
    let write = Call { while true { try writer.writeEvent([3]) } }
    let flush = Call { try writer.flush() }
    let get = Call { try future.get() }
    bench.factory.close()
    for call in [write, flush, get] { call.assertFails(.objectClosed, within: .seconds(2)) }
    bench.close()
  }

  /// A cluster whose server hangs for every client.
  func testAClustersCloseWhileItHangs() throws {
    let faults = FaultPlan()
    let cluster = try TestCluster.start(faults: faults)
    let scope = try cluster.makeScope()
    faults.add(FaultRule("*", first: 1, repeats: true, .hang))
    let manager = try StreamManager.create(clientConfig: cluster.clientConfig)
    let call = Call { try manager.checkScopeExists(scope) }
    awaitState("the request") { faults.injectedCount > 0 }
    let closes = [
      Call { cluster.close() }, Call { cluster.close() }, Call { cluster.stopNetwork() },
    ]
    for close in closes { try close.value(within: .seconds(5)) }
    XCTAssertThrowsError(try cluster.startNetwork())
    manager.close()
    XCTAssertThrowsError(try call.value(within: .seconds(2)))
  }
}
