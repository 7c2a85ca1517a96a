// SPDX-License-Identifier: Apache-2.0

import PravegaThreads
import XCTest

@testable import PravegaCore

final class SendingPaceTests: XCTestCase {
  private func moment(_ microseconds: Int64) -> Deadline {
    Deadline(nanoseconds: 1_000_000 + microseconds * 1000)
  }

  func testFastRoundLetsEventsGather() {
    var pace = SendingPace()
    pace.sent(20_000, at: moment(0))
    pace.sent(20_000, at: moment(50))
    XCTAssertTrue(pace.endRound(at: moment(200)), "40 kB in 0.2 ms are 200 MB/s")
  }

  func testSlowRoundNeverWaits() {
    var pace = SendingPace()
    pace.sent(40_000, at: moment(0))
    XCTAssertFalse(pace.endRound(at: moment(2000)), "40 kB in 2 ms are 20 MB/s")
  }

  func testSmallRoundNeverWaitsHoweverFast() {
    var pace = SendingPace()
    pace.sent(1000, at: moment(0))
    XCTAssertFalse(pace.endRound(at: moment(1)))
  }

  func testEachRoundCountsByItself() {
    var pace = SendingPace()
    pace.sent(1 << 20, at: moment(0))
    XCTAssertTrue(pace.endRound(at: moment(100)))
    XCTAssertFalse(pace.endRound(at: moment(200)), "nothing was sent since")
    pace.sent(9000, at: moment(10_000))
    XCTAssertFalse(pace.endRound(at: moment(11_000)), "the earlier bytes do not count again")
  }

  func testHugeCountsAndClocksThatStandStillAreHarmless() {
    var pace = SendingPace()
    pace.sent(Int.max / 2, at: moment(0))
    XCTAssertTrue(pace.endRound(at: moment(0)))
  }
}
