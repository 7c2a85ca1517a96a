// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

/// Signals hit every blocking call; nobody above the system calls may notice.
final class InterruptionTests: LeakCheckedTestCase {
  /// Runs `body` on a thread that gets signals all the time, without SA_RESTART.
  private func interrupted<R: Sendable>(_ body: @escaping @Sendable () throws -> R) throws -> R {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    var old = sigaction()
    sigaction(SIGUSR1, &action, &old)
    defer { sigaction(SIGUSR1, &old, nil) }
    let victim = Monitor<pthread_t?>(nil)
    let mayStart = DispatchSemaphore(value: 0)
    let mayEnd = DispatchSemaphore(value: 0)
    let result = Promise<R>()
    let future = result.future
    let worker = Worker.start(name: "prv-test") {
      victim.withLock { $0 = pthread_self() }
      // Short bodies too get a signal: they begin when the first one is on its way.
      mayStart.wait()
      do { result.succeed(try body()) } catch { result.fail(error) }
      // The thread stays until the last signal is sent.
      mayEnd.wait()
    }
    var signals = 0
    let deadline = Deadline.after(.seconds(20))
    while future.peek() == nil, !deadline.hasPassed {
      if let thread = victim.withLock({ $0 }), pthread_kill(thread, SIGUSR1) == 0 {
        signals += 1
        if signals == 1 { mayStart.signal() }
      }
      poll(nil, 0, 1)
    }
    mayStart.signal()
    mayEnd.signal()
    XCTAssertTrue(worker.join(until: .after(.seconds(5))))
    XCTAssertGreaterThan(signals, 0)
    return try future.get(until: .now)
  }

  func testAcceptKeepsItsDeadline() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    defer { listener.close() }
    let start = Deadline.now
    XCTAssertThrowsError(
      try interrupted { try listener.accept(until: .after(.milliseconds(200))).close() }
    ) { XCTAssertEqual(($0 as? NetError)?.kind, .timedOut) }
    let elapsed = Deadline.now.nanoseconds - start.nanoseconds
    XCTAssertGreaterThan(elapsed, 190_000_000)
    XCTAssertLessThan(elapsed, 5_000_000_000)
  }

  func testHandshakeKeepsItsDeadline() throws {
    let (a, b) = try loopbackPair()
    defer { b.close() }
    let context = try TLSContext.client(trust: TLSContext.Trust.none)
    XCTAssertThrowsError(
      try interrupted {
        try TLSTransport.connect(
          over: a, context: context, host: "localhost", deadline: .after(.milliseconds(200))
        ).close()
      }
    ) { XCTAssertEqual(($0 as? NetError)?.kind, .timedOut) }
  }

  /// The sender is interrupted in `sendmsg` and while it hands over.
  func testSendingLosesNothing() throws {
    let (a, b) = try PipeTransport.makePair(bufferByteCount: 4 * 1024)
    let left = TestPeer()
    let right = TestPeer()
    let (one, two) = (try left.open(a), try right.open(b))
    let bytes = pattern(500_000)
    try interrupted {
      for start in stride(from: 0, to: bytes.count, by: 1_000) {
        left.queue(Array(bytes[start..<start + 1_000]))
        one.kick()
      }
      _ = right.wait { $0.receivedCount == bytes.count }
    }
    XCTAssertEqual(right.snapshot().received, bytes)
    one.close(until: .after(.seconds(5)))
    two.close(until: .after(.seconds(5)))
  }
}
