// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

/// The scripted store itself.
final class MockStoreTests: LeakCheckedTestCase {
  private let hello: [UInt8] = [0xFF, 0xFF, 0xFF, 0x81, 0, 0, 0, 8, 0, 0, 0, 17, 0, 0, 0, 5]
  private let keepAlive: [UInt8] = [0, 0, 0, 100, 0, 0, 0, 0]

  func testAScriptIsPlayedStepByStep() throws {
    let store = try MockStore([
      [
        .expect(hello), .send(hello),
        .answer(SealSegment.code) { payload in
          let request = try payload.withUnsafeBytes { try SealSegment(payload: $0) }
          var reply = SegmentSealed()
          reply.requestID = request.requestID
          reply.segment = request.segment
          return try reply.encoded()
        }, .expectEnd,
      ]
    ])
    let client = try Client(store.endpoint)
    var seal = SealSegment()
    seal.requestID = 42
    seal.segment = "s"
    try client.send(hello + seal.encoded())
    var sealed = SegmentSealed()
    sealed.requestID = 42
    sealed.segment = "s"
    let expected = hello + (try sealed.encoded())
    XCTAssertEqual(try client.receive(expected.count), expected)
    client.close()
    try store.finish()
  }

  func testADifferenceIsNamedByItsStep() throws {
    let store = try MockStore([[.expect(hello), .expect(keepAlive)]])
    let client = try Client(store.endpoint)
    try client.send(hello + hello)
    XCTAssertThrowsError(try store.finish()) { error in
      let mismatch = error as? MockStore.Mismatch
      XCTAssertEqual(mismatch?.connection, 1)
      XCTAssertEqual(mismatch?.step, 2)
      XCTAssertEqual(
        mismatch?.detail,
        "expected KeepAlive, received Hello highVersion=17 lowVersion=5")
    }
    client.close()
  }

  func testAScriptThatIsNotReachedIsAnError() throws {
    let store = try MockStore([[.expectEnd]])
    XCTAssertThrowsError(try store.finish(within: .milliseconds(20)))
  }
}

/// A bare socket.
private struct Client {
  let transport: TCPTransport

  init(_ endpoint: Endpoint) throws {
    transport = try connectTCP(to: endpoint, deadline: .after(.seconds(5)))
  }

  func send(_ bytes: [UInt8]) throws {
    var bytes = bytes
    try bytes.withUnsafeMutableBytes { buffer in
      var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
      let result = try withUnsafePointer(to: &part) {
        try transport.send(UnsafeBufferPointer(start: $0, count: 1))
      }
      XCTAssertEqual(result, .bytes(buffer.count))
    }
  }

  func receive(_ count: Int) throws -> [UInt8] {
    var received: [UInt8] = []
    let deadline = Deadline.after(.seconds(5))
    while received.count < count, !deadline.hasPassed {
      var space = [UInt8](repeating: 0, count: count - received.count)
      switch try space.withUnsafeMutableBytes({ try transport.receive(into: $0) }) {
      case .bytes(let got): received += space.prefix(got)
      case .wouldBlock:
        var descriptor = pollfd(fd: transport.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&descriptor, 1, deadline.pollTimeoutMilliseconds)
      case .end: return received
      }
    }
    return received
  }

  func close() {
    transport.shutdown()
    transport.close()
  }
}
