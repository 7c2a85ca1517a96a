// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

/// Memory while the other side of a connection sends too much.
final class MemoryServerTests: LeakCheckedTestCase {
  private let hello: [UInt8] = [0xFF, 0xFF, 0xFF, 0x81, 0, 0, 0, 8, 0, 0, 0, 17, 0, 0, 0, 5]

  /// The answer to a read: as many bytes as the test likes.
  private static func reply(
    to request: ReadSegment, _ data: [UInt8], offset: Int64? = nil
  ) throws -> [UInt8] {
    var reply = SegmentRead()
    reply.segment = request.segment
    reply.offset = offset ?? request.offset
    reply.requestID = request.requestID
    reply.data = data
    return try reply.encoded()
  }

  private static func read(_ payload: [UInt8]) throws -> ReadSegment {
    try payload.withUnsafeBytes { try ReadSegment(payload: $0) }
  }

  func testAStoreThatSendsMoreThanItWasAskedIsAskedForTheRestAgain() throws {
    let event: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 92] + Array(repeating: 1, count: 92)
    let all = Array(repeating: event, count: 40_000).flatMap { $0 }
    let asked = Monitor<[(offset: Int64, length: Int32)]>([])
    let answer: @Sendable ([UInt8]) throws -> [UInt8] = { payload in
      let request = try Self.read(payload)
      asked.withLock { $0.append((request.offset, request.suggestedLength)) }
      // An answer to a question that nobody asked, and one that is far too long.
      return try Self.reply(to: request, all, offset: request.offset + 7)
        + Self.reply(to: request, Array(all[Int(request.offset)...]))
    }
    let store = try MockStore([
      [.expect(hello), .send(hello)]
        + Array(repeating: .answer(ReadSegment.code, answer), count: 4)
    ])
    let core = ClientCore(
      directory: OneStore(store.endpoint), factory: SocketConnectionFactory())
    let feed = ReadFeed(core)
    let segment = Segment(scope: "s", stream: "t", segmentID: 0)
    let reader = feed.open(segment, at: 0, bufferSize: 64 << 10)
    var count = 0
    while asked.withLock({ $0.count }) < 4, feed.takeReady(until: .after(.seconds(5))) != nil {
      while case .event = reader.next() { count += 1 }
      XCTAssertLessThanOrEqual(core.readBudget.used, 3 * (64 << 10))
    }
    let requests = asked.withLock { $0 }
    XCTAssertEqual(requests.count, 4)
    for (request, next) in zip(requests, requests.dropFirst()) {
      XCTAssertEqual(next.offset, request.offset + Int64(request.length))
    }
    core.close()
    XCTAssertEqual(core.readBudget.used, 0)
    // All that matters was asked above: the last answer may meet a client that has left.
    store.close()
  }

  func testAppendsAreHeldBackWhileTheServersMemoryIsUsedUp() throws {
    let bench = try Bench(server: {
      $0.maxMemory = 4 << 20
      $0.seeds.append(.init(scope: Bench.scope, stream: "ballast"))
    })
    let budget = bench.server.store.budget
    let ballast = try bench.factory.createEventWriter(
      stream: "ballast", serializer: ByteArraySerializer())
    let filling = Call {
      for _ in 0..<200 { try ballast.writeEvent([UInt8](repeating: 1, count: 100_000)) }
      try ballast.flush()
    }
    awaitState("the memory to be used up") { budget.isExhausted }
    let writer = try bench.makeWriter()
    let held = Call { for _ in 0..<100 { try writer.write(100_000).get() } }
    // What one connection has in its buffers may come on top of the limit.
    for _ in 0..<50 {
      XCTAssertLessThanOrEqual(budget.usedBytes, budget.limit + (8 << 20))
      poll(nil, 0, 10)
    }
    XCTAssertFalse(held.isDone)
    let manager = try StreamManager.create(clientConfig: bench.client.config)
    // Deleting gives memory back; both streams go on as long as there is some.
    awaitState("all events to be stored", within: .seconds(60)) {
      truncate(bench, "ballast")
      truncate(bench, Bench.stream)
      return held.isDone && filling.isDone
    }
    try held.value()
    try filling.value()
    XCTAssertLessThanOrEqual(budget.usedBytes, budget.limit + (8 << 20))
    manager.close()
    bench.close()
  }

  private func truncate(_ bench: Bench, _ stream: String) {
    let name = Segment(scope: Bench.scope, stream: stream, segmentID: 0).qualifiedName
    guard let length = try? bench.server.store.info(name).length else { return }
    try? bench.server.store.truncate(name, at: length)
  }
}

/// Every segment is on one store.
struct OneStore: SegmentDirectory {
  private let endpoint: Endpoint

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  func currentSegments(
    of stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments { .empty }

  func successors(
    of segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegmentSuccessors {
    throw PravegaError(.unsupportedOperation, "There are none.")
  }

  func endpoint(of segment: Segment, until deadline: Deadline) throws(PravegaError) -> Endpoint {
    endpoint
  }

  func delegationToken(
    for stream: PravegaStream, access: PravegaCore.TokenAccess, until deadline: Deadline
  ) throws(PravegaError) -> String { "" }
}
