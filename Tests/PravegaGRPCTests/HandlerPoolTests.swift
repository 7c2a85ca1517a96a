// SPDX-License-Identifier: Apache-2.0

import Dispatch
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaGRPC

final class HandlerPoolTests: LeakCheckedTestCase {
  /// However close together they come, no job waits for another one while there may be more threads:
  /// here each ends only when all have begun.
  func testJobsThatNeedEachOtherRunSideBySide() {
    for round in 0..<2000 {
      let pool = HandlerPool(maxThreads: 4, maxWaiting: 16)
      let begun = Monitor(0)
      let met = Monitor(0)
      let ended = DispatchSemaphore(value: 0)
      for _ in 0..<4 {
        let isAccepted = pool.submit {
          begun.withLock { $0 += 1 }
          begun.signalAll()
          let haveAll = begun.wait(until: .after(.seconds(2))) { $0 == 4 ? true : nil }
          if haveAll != nil { met.withLock { $0 += 1 } }
          ended.signal()
        }
        XCTAssertTrue(isAccepted)
      }
      for _ in 0..<4 { ended.wait() }
      XCTAssertTrue(pool.close(until: .after(.seconds(5))))
      guard met.withLock({ $0 }) == 4 else { return XCTFail("a job waited, round \(round)") }
    }
  }
}
