// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Closing while a connection is being made: the peer does not accept, or does not speak.
final class CloseConnectTests: LeakCheckedTestCase {
  private func patient(_ config: inout ClientConfig) {
    config.connectTimeout = .seconds(60)
    config.requestTimeout = .seconds(60)
  }

  private func assertControllerCallsWake(
    uri: String, _ isTrying: @Sendable () -> Bool
  ) throws {
    var config = ClientConfig(controllerURI: try ControllerURI(uri))
    patient(&config)
    let manager = try StreamManager.create(clientConfig: config)
    // One connects, the others wait for it.
    let calls = (0..<3).map { number in Call { try manager.createScope("s\(number)") } }
    awaitState("a connect") { isTrying() }
    let close = Call { manager.close() }
    for call in calls { call.assertFails(.objectClosed, within: .seconds(2)) }
    try close.value(within: .seconds(5))
  }

  func testCloseWakesCallersOfAControllerThatDoesNotAccept() throws {
    let port = try SwallowingPort()
    defer { port.close() }
    try assertControllerCallsWake(uri: "tcp://\(port.endpoint)") { port.waitingCount > 0 }
  }

  func testCloseWakesCallersOfAControllerThatIsSilentInTheHandshake() throws {
    let peer = try SilentPeer()
    defer { peer.close() }
    try assertControllerCallsWake(uri: "tls://\(peer.endpoint)") { peer.count > 0 }
  }

  private func assertStoreCallsWake(
    at endpoint: Endpoint, usesTLS: Bool = false, _ isTrying: @Sendable () -> Bool
  ) throws {
    let bench = try Bench(
      server: { $0.announce = endpoint.description },
      client: { config in
        patient(&config)
        config.enableTLSToSegmentStore = usesTLS
      })
    let segment = Segment(scope: Bench.scope, stream: Bench.stream, segmentID: 0)
    let calls = (0..<3).map { _ in
      Call { [core = bench.client.core] in
        _ = try StoreSegment(core, segment: segment).info(until: .after(.seconds(60)))
      }
    }
    let writer = try bench.makeWriter()
    let future = try writer.write(10)
    awaitState("a connect") { isTrying() }
    let close = Call { [factory = bench.factory] in factory.close() }
    for call in calls { call.assertFails(.objectClosed, within: .seconds(2)) }
    XCTAssertThrowsError(try future.get(timeout: .seconds(2))) { error in
      XCTAssertEqual((error as? PravegaError)?.code, .objectClosed)
    }
    try close.value(within: .seconds(5))
    bench.close()
  }

  func testCloseWakesCallersOfAStoreThatDoesNotAccept() throws {
    let port = try SwallowingPort()
    defer { port.close() }
    try assertStoreCallsWake(at: port.endpoint) { port.waitingCount > 0 }
  }

  func testCloseWakesCallersOfAStoreThatIsSilentInTheHandshake() throws {
    let peer = try SilentPeer()
    defer { peer.close() }
    try assertStoreCallsWake(at: peer.endpoint, usesTLS: true) { peer.count > 1 }
  }

  func testTheEndOfAWriterEndsAConnectOfItsOwnOnly() throws {
    let port = try SwallowingPort()
    defer { port.close() }
    let pool = ConnectionPool(factory: SocketConnectionFactory())
    func connect(_ owner: ConnectionOwner?) -> Call<Void> {
      Call {
        _ = try pool.connection(
          to: port.endpoint, for: .append, of: owner, until: .after(.seconds(60)))
      }
    }
    let owner = ConnectionOwner()
    let (own, shared) = (connect(owner), connect(nil))
    awaitState("two connects") { port.waitingCount == 2 }
    pool.release(owner)
    own.assertFails(.objectClosed, within: .seconds(2))
    XCTAssertEqual(port.waitingCount, 1)
    XCTAssertFalse(shared.isDone)
    // One that had ended before connects to nothing.
    connect(owner).assertFails(.objectClosed, within: .seconds(2))
    pool.close(until: .after(.seconds(2)))
    shared.assertFails(.objectClosed, within: .seconds(2))
  }
}
