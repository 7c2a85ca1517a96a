// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

final class LinkTests: LeakCheckedTestCase {
  private struct Refusal: Error {}

  private func close(_ links: Link...) {
    for link in links { link.close(until: .after(.seconds(10))) }
  }

  func testBytesArriveInOrder() throws {
    let (a, b) = try loopbackPair()
    let left = TestPeer()
    let right = TestPeer()
    let (one, two) = (try left.open(a), try right.open(b))
    let bytes = pattern(1_000_000)
    for start in stride(from: 0, to: bytes.count, by: 10_000) {
      left.queue(Array(bytes[start..<start + 10_000]))
      one.kick()
    }
    XCTAssertTrue(right.wait { $0.receivedCount == bytes.count })
    XCTAssertEqual(right.snapshot().received, bytes)
    close(one, two)
    XCTAssertEqual(left.snapshot().closedCount, 1)
    XCTAssertNil(left.snapshot().error)
  }

  /// Eight threads queue and kick; a frame is (thread, number) in eight equal pairs of bytes.
  func testFramesOfEightThreadsAreNeverInterleaved() throws {
    let (a, b) = try loopbackPair()
    let left = TestPeer()
    let right = TestPeer()
    let (one, two) = (try left.open(a), try right.open(b))
    let perThread = 2_000
    let senders = (0..<8).map { thread in
      onThread {
        for number in 0..<perThread {
          let head = [UInt8(thread), UInt8(number >> 8), UInt8(number & 255)]
          left.queue(head + [UInt8](repeating: UInt8(thread), count: 61))
          one.kick()
        }
      }
    }
    for sender in senders { try sender.get(until: .after(.seconds(30))) }
    XCTAssertTrue(right.wait { $0.receivedCount == 8 * perThread * 64 })
    assertWhole(right.snapshot().received)
    close(one, two)
  }

  private func assertWhole(_ received: [UInt8]) {
    var next = [Int](repeating: 0, count: 8)
    for start in stride(from: 0, to: received.count, by: 64) {
      let thread = Int(received[start])
      guard thread < 8, received[(start + 3)..<(start + 64)].allSatisfy({ $0 == received[start] })
      else { return XCTFail("torn frame at \(start)") }
      let number = Int(received[start + 1]) << 8 | Int(received[start + 2])
      XCTAssertEqual(number, next[thread], "order of thread \(thread)")
      next[thread] = number + 1
    }
  }

  /// Both ends send more than the sockets hold before either has read: each has to go on reading.
  func testFullSocketsInBothDirectionsDoNotDeadlock() throws {
    let (a, b) = try PipeTransport.makePair(bufferByteCount: 8 * 1024)
    let left = TestPeer(keepsBytes: false)
    let right = TestPeer(keepsBytes: false)
    let (one, two) = (try left.open(a), try right.open(b))
    let block = pattern(256 * 1024)
    for _ in 0..<64 {
      left.queue(block)
      right.queue(block)
    }
    one.kick()
    two.kick()
    XCTAssertTrue(left.wait(60) { $0.receivedCount == 64 * block.count })
    XCTAssertTrue(right.wait(60) { $0.receivedCount == 64 * block.count })
    close(one, two)
  }

  func testShortWritesAndReadsKeepTheBytes() throws {
    let (a, b) = try loopbackPair()
    var plan = CuttingTransport.Plan()
    plan.largestSend = 7
    plan.largestReceive = 5
    let left = TestPeer()
    let right = TestPeer()
    let one = try left.open(CuttingTransport(a, plan: plan))
    let two = try right.open(CuttingTransport(b, plan: plan))
    let bytes = pattern(20_000)
    for start in stride(from: 0, to: bytes.count, by: 100) {
      left.queue(Array(bytes[start..<start + 100]))
    }
    one.kick()
    XCTAssertTrue(right.wait { $0.receivedCount == bytes.count })
    XCTAssertEqual(right.snapshot().received, bytes)
    close(one, two)
  }

  func testAnswersQueuedWhileReceivingAreSent() throws {
    let (a, b) = try loopbackPair()
    let left = TestPeer()
    let right = TestPeer(onReceive: { [$0, $0] })
    let (one, two) = (try left.open(a), try right.open(b))
    left.queue(pattern(1_000))
    one.kick()
    XCTAssertTrue(left.wait { $0.receivedCount == 2_000 })
    close(one, two)
  }

  func testKickBeforeStartIsNotLost() throws {
    let (a, b) = try PipeTransport.makePair(bufferByteCount: 4 * 1024)
    let left = TestPeer()
    let right = TestPeer()
    let one = try left.open(a, starts: false)
    for _ in 0..<64 { left.queue(pattern(16 * 1024)) }
    one.kick()
    let two = try right.open(b)
    one.start()
    XCTAssertTrue(right.wait { $0.receivedCount == 64 * 16 * 1024 })
    close(one, two)
  }

  func testPeersEndIsReportedOnceAsClosed() throws {
    let (a, b) = try loopbackPair()
    let left = TestPeer()
    let one = try left.open(a)
    b.close()
    XCTAssertTrue(left.wait { $0.closedCount == 1 })
    XCTAssertEqual(left.snapshot().error?.kind, .closed)
    close(one)
    XCTAssertEqual(left.snapshot().closedCount, 1)
  }

  func testCutConnectionIsReportedAsReset() throws {
    let (a, b) = try loopbackPair()
    var plan = CuttingTransport.Plan()
    plan.cutAfterSending = 1_500
    let left = TestPeer()
    let right = TestPeer()
    let one = try left.open(CuttingTransport(a, plan: plan))
    let two = try right.open(b)
    for _ in 0..<4 { left.queue(pattern(1_000)) }
    one.kick()
    XCTAssertTrue(left.wait { $0.closedCount == 1 })
    XCTAssertEqual(left.snapshot().error?.kind, .reset)
    XCTAssertTrue(right.wait { $0.closedCount == 1 })
    XCTAssertEqual(right.snapshot().receivedCount, 1_500)
    close(one, two)
  }

  func testRefusalByTheHandlerEndsTheLink() throws {
    let (a, b) = try loopbackPair()
    let left = TestPeer()
    let right = TestPeer(refusal: Refusal())
    let (one, two) = (try left.open(a), try right.open(b))
    left.queue([1])
    one.kick()
    XCTAssertTrue(right.wait { $0.closedCount == 1 })
    XCTAssertEqual(right.snapshot().error?.kind, .rejectedByHandler)
    XCTAssertTrue(left.wait { $0.closedCount == 1 })
    close(one, two)
  }

  func testTicksComeAtTheirDeadlines() throws {
    let (a, b) = try PipeTransport.makePair()
    let left = TestPeer(tickEvery: .milliseconds(5))
    let one = try left.open(a)
    XCTAssertTrue(left.wait { $0.ticks >= 5 })
    close(one)
    b.close()
  }

  func testShutdownWhenSentDeliversWhatWasQueued() throws {
    let (a, b) = try loopbackPair()
    let left = TestPeer()
    let right = TestPeer()
    let (one, two) = (try left.open(a), try right.open(b))
    for _ in 0..<100 { left.queue(pattern(50_000)) }
    one.shutdownWhenSent()
    XCTAssertTrue(left.wait { $0.closedCount == 1 })
    XCTAssertTrue(right.wait { $0.closedCount == 1 })
    XCTAssertEqual(right.snapshot().receivedCount, 5_000_000)
    close(one, two)
  }

  /// The peer goes on sending meanwhile: unread input must not reset the connection.
  func testLastBytesReachAPeerThatKeepsSending() throws {
    let block = pattern(64 * 1024)
    for _ in 0..<20 {
      let (a, b) = try loopbackPair()
      let left = TestPeer(keepsBytes: false)
      let right = TestPeer(keepsBytes: false)
      let (one, two) = (try left.open(a), try right.open(b))
      for _ in 0..<32 { right.queue(block) }
      for _ in 0..<8 { left.queue(block) }
      two.kick()
      one.shutdownWhenSent()
      XCTAssertTrue(right.wait { $0.closedCount == 1 })
      XCTAssertEqual(right.snapshot().receivedCount, 8 * 64 * 1024)
      close(one, two)
    }
  }

  func testPausedReaderIsNotReadFromUntilItResumes() throws {
    let (a, b) = try PipeTransport.makePair()
    let left = TestPeer()
    let right = TestPeer()
    let two = try right.open(b, starts: false)
    two.pauseReading()
    two.start()
    let one = try left.open(a)
    left.queue([1, 2, 3])
    one.kick()
    XCTAssertFalse(right.wait(0) { $0.receivedCount > 0 })
    two.resumeReading()
    XCTAssertTrue(right.wait { $0.receivedCount == 3 })
    close(one, two)
  }

  func testCloseIsSafeFromManyThreadsAndTwice() throws {
    let (a, b) = try loopbackPair()
    let left = TestPeer()
    let one = try left.open(a)
    let closers = (0..<4).map { _ in onThread { one.close(until: .after(.seconds(5))) } }
    for closer in closers { XCTAssertTrue(try closer.get(until: .after(.seconds(10)))) }
    XCTAssertTrue(one.close(until: .after(.seconds(1))))
    one.kick()
    XCTAssertEqual(left.snapshot().closedCount, 1)
    b.close()
  }

  func testCloseOfALinkNeverStartedReportsOnce() throws {
    let (a, b) = try loopbackPair()
    let left = TestPeer()
    let one = try left.open(a, starts: false)
    close(one, one)
    one.start()
    XCTAssertEqual(left.snapshot().closedCount, 1)
    b.close()
  }

  /// Kicks and the end meet at every point of a send.
  func testCloseWhileOthersSendNeitherHangsNorLosesTheLastCall() throws {
    for _ in 0..<100 {
      let (a, b) = try PipeTransport.makePair(bufferByteCount: 4 * 1024)
      let left = TestPeer()
      let right = TestPeer(keepsBytes: false)
      let (one, two) = (try left.open(a), try right.open(b))
      let senders = (0..<3).map { _ in
        onThread {
          for _ in 0..<50 {
            left.queue(pattern(1_000))
            one.kick()
          }
        }
      }
      one.close(until: .after(.seconds(10)))
      XCTAssertEqual(left.snapshot().closedCount, 1)
      for sender in senders { try sender.get(until: .after(.seconds(10))) }
      close(two)
    }
  }

  func testTwoHundredRoundsLeaveNothingBehind() throws {
    weak var last: Link?
    for _ in 0..<200 {
      let (a, b) = try loopbackPair()
      let left = TestPeer()
      let right = TestPeer()
      let (one, two) = (try left.open(a), try right.open(b))
      left.queue([1])
      one.kick()
      XCTAssertTrue(right.wait { $0.receivedCount == 1 })
      close(one, two)
      last = one
    }
    // The IO thread lets go of the link a moment after its last call.
    let deadline = Deadline.after(.seconds(2))
    while last != nil, !deadline.hasPassed { poll(nil, 0, 1) }
    XCTAssertNil(last)
  }
}
