// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaCore

/// When a silent store counts as dead with the settings that users have, and how long a writer or
/// reader waits at most before it looks for a store again.
final class SilentStoreTests: LeakCheckedTestCase {
  private let settings = LivenessSettings()

  /// After how many looks without a byte the store is dead, the keep-alive sent meanwhile.
  private func looksUntilDead(_ isAwaited: Bool) throws -> (looks: Int, keepAlives: Int) {
    let receiver = ConnectionReceiver(settings)
    var keepAlives = 0
    for look in 1...100 {
      switch receiver.look(isAwaited: isAwaited, unacknowledged: 0, acknowledged: 0) {
      case .alive: continue
      case .sendKeepAlive: keepAlives += 1
      case .dead: return (look, keepAlives)
      }
    }
    throw PravegaError(.illegalState, "never dead")
  }

  func testAStoreThatOwesAnAnswerIsGivenUpWithinElevenSecondsOfSilence() throws {
    let (looks, keepAlives) = try looksUntilDead(true)
    XCTAssertEqual(keepAlives, 1)
    // The first look of all comes at once; the silence may begin right after a look.
    XCTAssertLessThanOrEqual(settings.interval * (looks - 1), .seconds(11))
  }

  func testAStoreThatOwesNothingIsAskedBeforeItIsGivenUp() throws {
    let (looks, keepAlives) = try looksUntilDead(false)
    XCTAssertEqual(keepAlives, 1)
    XCTAssertLessThanOrEqual(settings.interval * (looks - 1), .seconds(15))
  }

  func testABlockThatIsNeverAcknowledgedEndsAConnectionThatIsAliveOtherwise() throws {
    let receiver = ConnectionReceiver(settings)
    var looks = 0
    repeat {
      looks += 1
      // Something comes all the time, but no acknowledgement.
      try receiver.receiveKeepAlive()
    } while receiver.look(isAwaited: true, unacknowledged: 1, acknowledged: 7) != .dead
      && looks < 100
    XCTAssertLessThanOrEqual(settings.interval * looks, .seconds(36))
    let moving = ConnectionReceiver(settings)
    for acknowledged in 0..<100 {
      try moving.receiveKeepAlive()
      XCTAssertEqual(
        moving.look(isAwaited: true, unacknowledged: 1, acknowledged: acknowledged), .alive)
    }
  }

  func testNobodyWaitsLongerThanFiveSecondsBeforeHeLooksForAStoreAgain() {
    let longest = RepairSettings().longestPause
    XCTAssertLessThanOrEqual(longest, .seconds(5))
    for attempt in [1, 2, 3, 10, 63, 64, 1000, Int.max] {
      let delay = RepairSchedule.delay(beforeAttempt: attempt, longest: longest)
      XCTAssertGreaterThan(delay, .milliseconds(4))
      XCTAssertLessThanOrEqual(delay, longest)
    }
    // Together with the longest attempt.
    XCTAssertLessThanOrEqual(longest + RepairSettings().stepTimeout, .seconds(15))
  }
}

extension ConnectionReceiver {
  fileprivate func receiveKeepAlive() throws {
    let frame: [UInt8] = [0, 0, 0, 100, 0, 0, 0, 0]
    frame.withUnsafeBytes { frames.receiveSpace().copyMemory(from: $0) }
    try received(frame.count) { _ in }
  }
}
