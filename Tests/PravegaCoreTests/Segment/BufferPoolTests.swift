// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// Who waits for memory is woken for room at once, and for one segment's right to a chunk only
/// where nothing has come free for a while.
final class BufferPoolTests: LeakCheckedTestCase {
  private static let limit = 64 << 10

  /// Calls `waitForRoom` on a thread of its own; true when it says to look again.
  private func waiter(_ pool: BufferPool, until deadline: Deadline) -> Future<Bool> {
    let promise = Promise<Bool>()
    let seen = pool.calls
    _ = Worker.start(name: "test-waiter") {
      promise.succeed(pool.waitForRoom(1 << 10, since: seen, until: deadline))
    }
    while pool.waiterCount == 0, promise.future.peek() == nil { sched_yield() }
    return promise.future
  }

  /// What a caller hears who has looked before a nudge and would wait after it.
  private func looksAgainAfterANudge(_ pool: BufferPool) -> Bool {
    let seen = pool.calls
    pool.nudge()
    return pool.waitForRoom(1 << 10, since: seen, until: .now)
  }

  private func crowdedPool() -> BufferPool {
    let pool = BufferPool(limit: Self.limit, patience: .milliseconds(1))
    pool.chargeAnyway(Self.limit)
    // The wait ends by the patience, with nothing freed.
    XCTAssertTrue(pool.waitForRoom(1 << 10, since: pool.calls, until: .after(.seconds(20))))
    return pool
  }

  func testTheLargestChunkLeavesTwoForEverySegmentWriter() {
    let pool = BufferPool(limit: 16 << 20)
    XCTAssertEqual(pool.largestSize, .large)
    pool.addSegmentWriters(4)
    XCTAssertEqual(pool.largestSize, .large)
    pool.addSegmentWriters(96)
    XCTAssertEqual(pool.largestSize, .medium)
    pool.addSegmentWriters(200)
    XCTAssertEqual(pool.largestSize, .modest)
    pool.addSegmentWriters(20_000)
    XCTAssertEqual(pool.largestSize, .small, "never less, however many")
    pool.addSegmentWriters(-20_296)
    XCTAssertEqual(pool.largestSize, .large)
    XCTAssertEqual(BufferPool(limit: 1).largestSize, .tiny)
  }

  func testANudgeMeansNothingInABusyPool() throws {
    let pool = BufferPool(limit: Self.limit, patience: .seconds(3600))
    pool.chargeAnyway(Self.limit)
    XCTAssertFalse(looksAgainAfterANudge(pool))
    let waiting = waiter(pool, until: .after(.seconds(20)))
    pool.discharge(Self.limit)
    XCTAssertTrue(try waiting.get(until: .after(.seconds(10))))
  }

  func testANudgeIsHeardInACrowdedPool() {
    XCTAssertTrue(looksAgainAfterANudge(crowdedPool()))
  }

  func testRoomEndsTheCrowd() {
    let pool = crowdedPool()
    pool.discharge(Self.limit)
    pool.chargeAnyway(Self.limit)
    XCTAssertFalse(looksAgainAfterANudge(pool))
  }

  /// Those who wait may take again at once what comes back: the pool is never seen with room.
  func testMuchThatComesBackEndsTheCrowdAlthoughItIsTakenAgain() {
    let pool = crowdedPool()
    for _ in 0..<32 {
      pool.discharge(1 << 10)
      pool.chargeAnyway(1 << 10)
    }
    XCTAssertFalse(looksAgainAfterANudge(pool))
  }

  /// It began to wait in a crowd, which ends by what comes back before its own nudge.
  func testWhoWaitsInACrowdThatEndsLooksAgainSoon() throws {
    let pool = crowdedPool()
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
