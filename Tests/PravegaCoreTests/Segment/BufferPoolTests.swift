// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaThreads
import XCTest

@testable import PravegaCore

/// Who waits for memory is woken for room at once, and for one segment's right to a chunk only
/// where nothing has come free for a while.
final class BufferPoolTests: XCTestCase {
  private static let limit = 64 << 10

  /// Calls `waitForRoom` on a thread of its own; true when it says to look again.
  private func waiter(_ pool: BufferPool, until deadline: Deadline) -> Future<Bool> {
    let promise = Promise<Bool>()
    let seen = pool.calls
    _ = Worker.start(name: "test-waiter") {
      promise.succeed(pool.waitForRoom(1 << 10, since: seen, until: deadline))
    }
    let limit = Deadline.after(.seconds(10))
    while pool.waiterCount == 0, !limit.hasPassed { sched_yield() }
    return promise.future
  }

  func testANudgeWakesNobodyInABusyPool() throws {
    let pool = BufferPool(limit: Self.limit, patience: .seconds(3600))
    pool.chargeAnyway(Self.limit)
    let waiting = waiter(pool, until: .after(.seconds(20)))
    for _ in 0..<100 { pool.nudge() }
    XCTAssertEqual(pool.waiterCount, 1)
    XCTAssertFalse(waiting.peek() != nil)
    pool.discharge(Self.limit)
    XCTAssertTrue(try waiting.get(until: .after(.seconds(10))))
  }

  func testANudgeWakesThoseWhoWaitInACrowdedPool() throws {
    let pool = BufferPool(limit: Self.limit, patience: .milliseconds(500))
    pool.chargeAnyway(Self.limit)
    // The first wait ends by the patience, with nothing freed: from now on the pool is crowded.
    XCTAssertTrue(pool.waitForRoom(1 << 10, since: pool.calls, until: .after(.seconds(20))))
    let waiting = waiter(pool, until: .after(.seconds(20)))
    pool.nudge()
    XCTAssertTrue(try waiting.get(until: .after(.seconds(10))))
  }

  func testRoomEndsTheCrowd() throws {
    let pool = BufferPool(limit: Self.limit, patience: .milliseconds(1))
    pool.chargeAnyway(Self.limit)
    XCTAssertTrue(pool.waitForRoom(1 << 10, since: pool.calls, until: .after(.seconds(20))))
    pool.discharge(Self.limit)
    pool.chargeAnyway(Self.limit)
    // It is merely busy again: the deadline, which comes first here, is what ends the wait.
    XCTAssertFalse(pool.waitForRoom(1 << 10, since: pool.calls, until: .now))
  }

  /// Those who wait may take again at once what comes back: the pool is never seen with room.
  func testMuchThatComesBackEndsTheCrowdAlthoughItIsTakenAgain() throws {
    let pool = BufferPool(limit: Self.limit, patience: .milliseconds(1))
    pool.chargeAnyway(Self.limit)
    XCTAssertTrue(pool.waitForRoom(1 << 10, since: pool.calls, until: .after(.seconds(20))))
    for _ in 0..<32 {
      pool.discharge(1 << 10)
      pool.chargeAnyway(1 << 10)
    }
    let seen = pool.calls
    pool.nudge()
    XCTAssertFalse(pool.waitForRoom(1 << 10, since: seen, until: .now))
  }

  /// It began to wait in a crowd, which ends by what comes back before its own nudge.
  func testWhoWaitsInACrowdThatEndsLooksAgainSoon() throws {
    let pool = BufferPool(limit: Self.limit, patience: .milliseconds(1))
    pool.chargeAnyway(Self.limit)
    XCTAssertTrue(pool.waitForRoom(1 << 10, since: pool.calls, until: .after(.seconds(20))))
    let waiting = waiter(pool, until: .distantFuture)
    for _ in 0..<32 {
      pool.chargeAnyway(1 << 10)
      pool.discharge(1 << 10)
    }
    XCTAssertTrue(try waiting.get(until: .after(.seconds(10))))
  }

  func testAnInterruptionWakesEverybodyAtOnce() throws {
    let pool = BufferPool(limit: Self.limit, patience: .seconds(3600))
    pool.chargeAnyway(Self.limit)
    let waiting = waiter(pool, until: .after(.seconds(20)))
    pool.interrupt()
    XCTAssertTrue(try waiting.get(until: .after(.seconds(10))))
  }

  func testAWaitEndsByItsDeadline() {
    let pool = BufferPool(limit: Self.limit, patience: .seconds(3600))
    pool.chargeAnyway(Self.limit)
    XCTAssertFalse(
      pool.waitForRoom(1 << 10, since: pool.calls, until: .after(.milliseconds(1))))
  }
}
