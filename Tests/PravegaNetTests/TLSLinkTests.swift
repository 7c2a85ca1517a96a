// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

final class TLSLinkTests: TLSTestCase {
  private func close(_ links: Link...) {
    for link in links { link.close(until: .after(.seconds(10))) }
  }

  func testBigTransfersInBothDirectionsAtOnce() throws {
    let ends = try pair()
    let left = TestPeer()
    let right = TestPeer()
    let (one, two) = (try left.open(ends.client), try right.open(ends.server))
    let bytes = pattern(200_000)
    for _ in 0..<40 {
      left.queue(bytes)
      right.queue(bytes)
    }
    one.kick()
    two.kick()
    XCTAssertTrue(left.wait(60) { $0.receivedCount == 40 * bytes.count })
    XCTAssertTrue(right.wait(60) { $0.receivedCount == 40 * bytes.count })
    let received = right.snapshot().received
    for round in 0..<40 {
      let start = round * bytes.count
      XCTAssertTrue(received[start..<(start + bytes.count)].elementsEqual(bytes), "\(round)")
    }
    close(one, two)
  }

  func testSmallFramesOfManyThreadsAndTheirAnswers() throws {
    let ends = try pair()
    let left = TestPeer()
    let right = TestPeer(onReceive: { [$0] })
    let (one, two) = (try left.open(ends.client), try right.open(ends.server))
    let senders = (0..<4).map { thread in
      onThread {
        for _ in 0..<500 {
          left.queue([UInt8](repeating: UInt8(thread), count: 100))
          one.kick()
        }
      }
    }
    for sender in senders { try sender.get(until: .after(.seconds(20))) }
    XCTAssertTrue(left.wait(30) { $0.receivedCount == 200_000 })
    let received = left.snapshot().received
    for start in stride(from: 0, to: received.count, by: 100) {
      guard received[start..<(start + 100)].allSatisfy({ $0 == received[start] }) else {
        return XCTFail("torn frame at \(start)")
      }
    }
    close(one, two)
  }

  /// A few bytes at a time cut records at every place.
  func testRecordsCutAnywhereArriveWhole() throws {
    var plan = CuttingTransport.Plan()
    plan.largestSend = 11
    plan.largestReceive = 13
    let (a, b) = try loopbackPair()
    let (clientContext, serverContext) = (try client(), try server())
    let slow = CuttingTransport(b, plan: plan)
    let accepting = onThread {
      try TLSTransport.accept(
        over: slow, context: serverContext, deadline: .after(.seconds(10)))
    }
    let connected = try TLSTransport.connect(
      over: CuttingTransport(a, plan: plan), context: clientContext, host: "localhost",
      deadline: .after(.seconds(10)))
    let accepted = try accepting.get(until: .after(.seconds(10)))
    let left = TestPeer()
    let right = TestPeer()
    let (one, two) = (try left.open(connected), try right.open(accepted))
    left.queue(pattern(50_000))
    one.kick()
    XCTAssertTrue(right.wait { $0.receivedCount == 50_000 })
    XCTAssertEqual(right.snapshot().received, pattern(50_000))
    close(one, two)
  }

  func testPeersGoodbyeIsReportedAsClosed() throws {
    let ends = try pair()
    let left = TestPeer()
    let one = try left.open(ends.client)
    ends.server.shutdownSending()
    XCTAssertTrue(left.wait { $0.closedCount == 1 })
    XCTAssertEqual(left.snapshot().error?.kind, .closed)
    close(one)
    ends.server.close()
  }

  func testShutdownWhenSentDeliversWhatWasQueued() throws {
    let ends = try pair()
    let left = TestPeer()
    let right = TestPeer()
    let (one, two) = (try left.open(ends.client), try right.open(ends.server))
    for _ in 0..<20 { left.queue(pattern(50_000)) }
    one.shutdownWhenSent()
    XCTAssertTrue(left.wait { $0.closedCount == 1 })
    XCTAssertTrue(right.wait { $0.closedCount == 1 })
    XCTAssertEqual(right.snapshot().receivedCount, 1_000_000)
    close(one, two)
  }

  func testRoundsLeaveNothingBehind() throws {
    for _ in 0..<50 {
      let ends = try pair()
      let left = TestPeer()
      let right = TestPeer()
      let (one, two) = (try left.open(ends.client), try right.open(ends.server))
      left.queue([1])
      one.kick()
      XCTAssertTrue(right.wait { $0.receivedCount == 1 })
      close(one, two)
    }
  }
}
