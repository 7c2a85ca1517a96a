// SPDX-License-Identifier: Apache-2.0

import Dispatch
import PravegaTestKit
import PravegaThreads
import XCTest

final class WorkerAndTimersTests: LeakCheckedTestCase {
  func testAWorkerKnowsItselfAndDoesNotJoinItself() {
    let own = Promise<Bool>()
    let handle = Promise<Worker>()
    let worker = Worker.start(name: "prv-a-name-over-15-bytes") {
      guard let me = try? handle.future.get(until: .after(.seconds(30))) else { return }
      own.succeed(Worker.isLibraryThread && me.isCurrent && !me.join(until: .distantFuture))
    }
    handle.succeed(worker)
    XCTAssertTrue(worker.join(until: .after(.seconds(30))))
    XCTAssertEqual(try own.future.get(until: .now), true)
    XCTAssertFalse(Worker.isLibraryThread)
    XCTAssertTrue(worker.hasFinished)
  }

  func testJoinReturnsAtItsDeadline() {
    let gate = DispatchSemaphore(value: 0)
    let worker = Worker.start(name: "prv-test") { gate.wait() }
    XCTAssertFalse(worker.join(until: .after(.milliseconds(1))))
    gate.signal()
    XCTAssertTrue(worker.join(until: .after(.seconds(30))))
  }

  func testTimersFireInOrderOfTheirDueTimes() throws {
    let timers = Timers(name: "prv-timer-test")
    let fired = Monitor<[Int]>([])
    let last = Promise<Void>()
    for (number, delay) in [(3, 6), (1, 2), (2, 4)] {
      timers.schedule(after: .milliseconds(delay)) { fired.withLock { $0.append(number) } }
    }
    timers.schedule(after: .milliseconds(8)) { last.succeed(()) }
    try last.future.get(until: .after(.seconds(30)))
    XCTAssertEqual(fired.withLock { $0 }, [1, 2, 3])
    timers.close()
  }

  func testACancelledTimerDoesNotFire() throws {
    let timers = Timers(name: "prv-timer-test")
    let fired = Monitor(false)
    let last = Promise<Void>()
    let token = timers.schedule(after: .milliseconds(1)) { fired.withLock { $0 = true } }
    token.cancel()
    timers.schedule(after: .milliseconds(2)) { last.succeed(()) }
    try last.future.get(until: .after(.seconds(30)))
    XCTAssertFalse(fired.withLock { $0 })
    timers.close()
    timers.close()
  }

  func testCloseFromTheTimerThreadReturns() throws {
    let timers = Timers(name: "prv-timer-test")
    let closed = Promise<Void>()
    timers.schedule(after: .zero) {
      timers.close()
      closed.succeed(())
    }
    try closed.future.get(until: .after(.seconds(30)))
    timers.schedule(after: .zero) { XCTFail("a closed timer fired") }
  }
}
