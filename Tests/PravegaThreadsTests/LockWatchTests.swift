// SPDX-License-Identifier: Apache-2.0

import Dispatch
import PravegaTestKit
import PravegaThreads
import XCTest

/// The eye on the locks sees what it is there for. What it sees elsewhere fails the test there.
final class LockWatchTests: LeakCheckedTestCase {
  private let first = Monitor(1)
  private let second = Monitor(2)

  /// The deeds that were noted, without the stacks.
  private func deeds() -> [String] {
    LockWatch.takeReports().map { String($0.prefix { $0 != ":" }) }
  }

  func testALockAfterAnotherIsFine() {
    first.withLock { $0 += 1 }
    second.withLock { $0 += 1 }
    LockWatch.expectNoLock("a deed")
    XCTAssertEqual(deeds(), [])
  }

  func testASecondLockIsSeen() {
    first.withLock { one in one += second.withLock { $0 } }
    first.withLock { one in one += second.wait(until: .now) { $0 } ?? 0 }
    XCTAssertEqual(first.withLock { $0 }, 5)
    XCTAssertEqual(deeds(), Array(repeating: "a second lock under a lock", count: 2))
    XCTAssertEqual(deeds(), [])
  }

  func testADeedUnderALockIsSeen() {
    first.withLock { _ in LockWatch.expectNoLock("a deed") }
    _ = first.wait(until: .now) { value -> Int? in
      LockWatch.expectNoLock("a deed")
      return value
    }
    XCTAssertEqual(deeds(), Array(repeating: "a deed under a lock", count: 2))
  }

  func testALockThatAnErrorLeavesIsNotHeldAnyMore() {
    struct Failure: Error {}
    XCTAssertThrowsError(try first.withLock { _ in throw Failure() })
    second.withLock { $0 += 1 }
    XCTAssertEqual(deeds(), [])
  }

  func testTheLockOfAnotherThreadIsNotMeant() {
    let isHeld = DispatchSemaphore(value: 0)
    let mayEnd = DispatchSemaphore(value: 0)
    let worker = Worker.start(name: "prv-test") { [first] in
      first.withLock { _ in
        isHeld.signal()
        _ = mayEnd.wait(timeout: .now() + 30)
      }
    }
    XCTAssertEqual(isHeld.wait(timeout: .now() + 30), .success)
    second.withLock { $0 += 1 }
    LockWatch.expectNoLock("a deed")
    mayEnd.signal()
    XCTAssertTrue(worker.join(until: .after(.seconds(30))))
    XCTAssertEqual(deeds(), [])
  }

  func testTwoInAnAgreedOrderAreAllowedAndAThirdIsNot() {
    let third = Monitor(3)
    first.withLock { _ in
      second.withSecondLock { two in two += third.withLock { $0 } }
    }
    XCTAssertEqual(second.withLock { $0 }, 5)
    XCTAssertEqual(deeds(), ["a second lock under a lock"])
  }
}
