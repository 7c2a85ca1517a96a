// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Closing while the controller or a store hangs.
final class CloseClientTests: LeakCheckedTestCase {
  private func patient(_ config: inout ClientConfig) {
    config.connectTimeout = .seconds(60)
    config.requestTimeout = .seconds(60)
  }

  func testCloseWakesACallToAControllerThatNeverAnswers() throws {
    let peer = try SilentPeer()
    var config = ClientConfig(controllerURI: try ControllerURI("tcp://\(peer.endpoint)"))
    patient(&config)
    let factory = try EventStreamClientFactory.withScope("s", config: config)
    let calls = (0..<3).map { _ in
      Call {
        _ = try factory.createEventWriter(stream: "t", serializer: UTF8StringSerializer())
      }
    }
    awaitState("a connection") { peer.count > 0 }
    let close = Call { factory.close() }
    for call in calls { call.assertFails(.objectClosed) }
    try close.value(within: .seconds(5))
    peer.close()
  }

  func testCloseWakesControllerCallsThatHang() throws {
    for name in ["createStream", "scale", "getCurrentSegments"] {
      let bench = try Bench(client: patient)
      let manager = try StreamManager.create(clientConfig: bench.client.config)
      let segments = try manager.currentSegments(scope: Bench.scope, stream: Bench.stream)
        .map(\.segment.segmentID)
      bench.faults.add(FaultRule(name, first: 1, repeats: true, .hang))
      let call = Call {
        switch name {
        case "scale":
          try manager.scaleStream(
            scope: Bench.scope, stream: Bench.stream, sealing: segments,
            newRanges: [KeyRange(low: 0, high: 0.5), KeyRange(low: 0.5, high: 1)])
        case "createStream":
          try manager.createStream(
            scope: Bench.scope, stream: "other",
            config: StreamConfiguration(scalingPolicy: .fixed(1)))
        default: _ = try manager.currentSegments(scope: Bench.scope, stream: Bench.stream)
        }
      }
      awaitState("the call") { bench.faults.injectedCount > 0 || call.isDone }
      let close = Call { manager.close() }
      call.assertFails(.objectClosed)
      try close.value(within: .seconds(5))
      bench.close()
    }
  }

  func testCloseEndsAConnectionToAStoreThatNeverSaysHello() throws {
    let peer = try SilentPeer()
    let bench = try Bench(
      server: { $0.announce = peer.endpoint.description }, client: patient)
    let writer = try bench.makeWriter()
    let future = try writer.write(10)
    awaitState("a connection") { peer.count > 0 }
    let close = Call { [factory = bench.factory] in factory.close() }
    try close.value(within: .seconds(5))
    XCTAssertThrowsError(try future.get(timeout: .seconds(1))) { error in
      XCTAssertEqual((error as? PravegaError)?.code, .objectClosed)
    }
    bench.close()
    peer.close()
  }

  func testCloseEndsConnectionsThatAreBeingReplaced() throws {
    let bench = try Bench()
    // The store moves away and then hangs, so that the old connection is left but not over.
    bench.faults.add(FaultRule("GetStreamSegmentInfo", first: 1, repeats: true, .drop))
    let core = bench.client.core
    let segment = Segment(scope: Bench.scope, stream: Bench.stream, segmentID: 0)
    let raw = StoreSegment(core, segment: segment)
    let call = Call { try raw.info(until: .after(.seconds(60))) }
    awaitState("the request") { bench.faults.injectedCount > 0 }
    let endpoint = try core.directory.endpoint(of: segment, until: .after(.seconds(5)))
    let connection = try core.pool.connection(
      to: endpoint, for: .request, until: .after(.seconds(5)))
    connection.retire()
    // The pool forgets it when the next one is asked for.
    _ = try core.pool.connection(to: endpoint, for: .request, until: .after(.seconds(5)))
    XCTAssertFalse(call.isDone)
    bench.factory.close()
    call.assertFails(.objectClosed)
    bench.close()
  }

  func testCloseFromManyThreadsAtOnceAndTwice() throws {
    for _ in 0..<5 {
      let bench = try Bench()
      let writer = try bench.makeWriter()
      try writer.write(10).get(timeout: .seconds(10))
      let closes = (0..<8).map { _ in Call { [client = bench.client] in client.close() } }
      for close in closes { try close.value() }
      bench.close()
      bench.close()
    }
  }

  func testAServersCloseReturnsWhileItHangs() throws {
    let bench = try Bench()
    bench.faults.add(FaultRule("AppendBlockEnd", first: 1, repeats: true, .hang))
    bench.faults.add(FaultRule("getURI", first: 2, repeats: true, .hang))
    let writer = try bench.makeWriter()
    try writer.write(10)
    awaitState("the request") { bench.faults.injectedCount > 0 }
    let close = Call { [server = bench.server] in server.close() }
    try close.value(within: .seconds(5))
    try Call { [server = bench.server] in server.close() }.value()
    bench.close()
  }
}
