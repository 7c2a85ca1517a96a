// SPDX-License-Identifier: Apache-2.0

import Dispatch
import PravegaTestKit
import PravegaThreads
import Synchronization
import XCTest

final class PromiseTests: LeakCheckedTestCase {
  private struct Failure: Error, Equatable { let number: Int }

  func testTheFirstCompletionWins() throws {
    let promise = Promise<Int>()
    XCTAssertTrue(promise.succeed(1))
    XCTAssertFalse(promise.succeed(2))
    XCTAssertFalse(promise.fail(Failure(number: 3)))
    XCTAssertEqual(try promise.future.get(until: .now), 1)
  }

  func testAWaitThatTimesOutMayBeRepeated() throws {
    let promise = Promise<Int>()
    XCTAssertThrowsError(try promise.future.get(until: .after(.milliseconds(1)))) {
      XCTAssertEqual($0 as? PromiseError, .timedOut)
    }
    promise.succeed(7)
    XCTAssertEqual(try promise.future.get(until: .distantFuture), 7)
  }

  func testAllWaitersWakeUp() throws {
    let promise = Promise<Int>()
    let future = promise.future
    let woken = Atomic<Int>(0)
    let workers = (0..<8).map { index in
      Worker.start(name: "prv-test-\(index)") {
        if (try? future.get(until: .after(.seconds(30)))) == 5 {
          woken.add(1, ordering: .relaxed)
        }
      }
    }
    promise.succeed(5)
    for worker in workers { XCTAssertTrue(worker.join(until: .after(.seconds(30)))) }
    XCTAssertEqual(woken.load(ordering: .relaxed), 8)
  }

  func testADroppedPromiseFailsItsWaiters() {
    var promise: Promise<Int>? = Promise()
    let future = promise?.future
    promise = nil
    XCTAssertThrowsError(try future?.get(until: .distantFuture)) {
      XCTAssertEqual($0 as? PromiseError, .abandoned)
    }
  }

  func testCallbacksRunOnceBeforeAndAfterCompletion() throws {
    let promise = Promise<Int>()
    let calls = Atomic<Int>(0)
    let onQueue = DispatchSemaphore(value: 0)
    promise.future.onComplete { _ in calls.add(1, ordering: .relaxed) }
    promise.future.onComplete(on: DispatchQueue(label: "callbacks")) { _ in onQueue.signal() }
    XCTAssertEqual(calls.load(ordering: .relaxed), 0)
    promise.succeed(1)
    XCTAssertEqual(calls.load(ordering: .relaxed), 1)
    promise.future.onComplete { _ in calls.add(1, ordering: .relaxed) }
    XCTAssertEqual(calls.load(ordering: .relaxed), 2)
    XCTAssertEqual(onQueue.wait(timeout: .now() + 30), .success)
  }
}
