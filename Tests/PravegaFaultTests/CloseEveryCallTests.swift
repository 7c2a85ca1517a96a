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

  private func check<Owner>(
    _ call: BlockingCall<Owner>, on bench: Bench, with object: Owner,
    closing owner: any Closeable & Sendable, file: StaticString = #filePath, line: UInt = #line
  ) {
    check(call.request, hangs: call.request, on: bench, closing: owner, file: file, line: line) {
      try call.run(object)
    }
  }

  private static func patient(_ config: inout ClientConfig) {
    config.connectTimeout = .seconds(60)
    config.requestTimeout = .seconds(60)
  }

  private func makeBench() throws -> Bench { try Bench(client: Self.patient) }

  func testEveryCallOfAStreamManager() throws {
    for call in try BlockingCall<StreamManager>.all() {
      let bench = try makeBench()
      let manager = try StreamManager.create(clientConfig: bench.client.config)
      check(call, on: bench, with: manager, closing: manager)
      bench.close()
    }
  }

  func testEveryCallOfAReaderGroupManager() throws {
    for call in try BlockingCall<ReaderGroupManager>.all() {
      let bench = try makeBench()
      try bench.makeGroup()
      let manager = try ReaderGroupManager.withScope(Bench.scope, config: bench.client.config)
      check(call, on: bench, with: manager, closing: manager)
      bench.close()
    }
  }

  func testEveryCallOfAReaderGroup() throws {
    for call in try BlockingCall<ReaderGroup>.all() {
      let bench = try makeBench()
      try bench.makeGroup()
      let reader = try bench.makeReader()
      let manager = try ReaderGroupManager.withScope(Bench.scope, config: bench.client.config)
      let group = try manager.readerGroup("group")
      check(call, on: bench, with: group, closing: manager)
      group.close()
      bench.factory.close()
      try reader.close()
      bench.close()
    }
  }

  func testEveryCallOfAFactory() throws {
    for call in try BlockingCall<EventStreamClientFactory>.all() {
      let bench = try makeBench()
      try bench.makeGroup()
      let factory = try EventStreamClientFactory.withScope(
        Bench.scope, config: bench.client.config)
      check(call, on: bench, with: factory, closing: factory)
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
