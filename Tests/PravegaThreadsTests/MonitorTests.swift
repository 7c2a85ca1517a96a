// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

final class MonitorTests: LeakCheckedTestCase {
  func testManyThreadsCountWithoutLosingAnUpdate() {
    let monitor = Monitor(0)
    let workers = (0..<4).map { _ in
      Worker.start(name: "prv-test") { for _ in 0..<10_000 { monitor.withLock { $0 += 1 } } }
    }
    for worker in workers { XCTAssertTrue(worker.join(until: .after(.seconds(60)))) }
    XCTAssertEqual(monitor.withLock { $0 }, 40_000)
  }

  func testWaitSeesAChangeThatAnotherThreadSignals() {
    let monitor = Monitor(0)
    let worker = Worker.start(name: "prv-test") {
      monitor.withLock { $0 = 9 }
      monitor.signalAll()
    }
    XCTAssertEqual(monitor.wait(until: .after(.seconds(30))) { $0 == 9 ? $0 : nil }, 9)
    XCTAssertTrue(worker.join(until: .after(.seconds(30))))
  }

  func testWaitEndsAtItsDeadline() {
    let monitor = Monitor(0)
    XCTAssertNil(monitor.wait(until: .after(.milliseconds(2))) { $0 == 1 ? $0 : nil })
    XCTAssertNil(monitor.wait(until: .now) { $0 == 1 ? $0 : nil })
  }

  func testDeadlineArithmeticSaturates() {
    XCTAssertEqual(Deadline.after(.seconds(Int64.max)), .distantFuture)
    XCTAssertEqual(Deadline.distantFuture.pollTimeoutMilliseconds, -1)
    XCTAssertEqual(Deadline.now.advanced(by: .seconds(Int64.min)).nanoseconds, 0)
    XCTAssertEqual(Deadline(nanoseconds: 0).pollTimeoutMilliseconds, 0)
    XCTAssertEqual(Deadline.after(.seconds(Int64(Int32.max))).pollTimeoutMilliseconds, .max)
    XCTAssertTrue(Deadline.after(.microseconds(1500)).pollTimeoutMilliseconds >= 1)
  }
}
