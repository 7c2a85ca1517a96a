// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

/// The waits that Java's own retry loop made.
final class RetryPolicyConformanceTests: LeakCheckedTestCase {
  private func delays(_ policy: RetryPolicy, upTo attempts: Int) -> [Int64] {
    var delays: [Int64] = []
    for attempt in 1...attempts {
      guard let delay = policy.delay(beforeAttempt: attempt) else { break }
      if attempt > 1 || policy.delaysFirst { delays.append(milliseconds(delay)) }
    }
    return delays
  }

  private func milliseconds(_ duration: Duration) -> Int64 {
    duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
  }

  private func policy(_ json: JSON) -> RetryPolicy {
    RetryPolicy(
      initialDelay: .milliseconds(json["initialMillis"].int),
      multiplier: Int(json["multiplier"].int), attempts: Int(json["attempts"].int),
      maxDelay: .milliseconds(json["maxDelayMillis"].int),
      delaysFirst: json["initialDelayForFirst"].bool)
  }

  func testTheWaitsAreThoseOfJava() throws {
    let cases = try Recorded.vectors("retry_and_tokens")["retry"].array
    XCTAssertFalse(cases.isEmpty)
    for json in cases {
      let expected = json["backoffDelaysMillis"].array.map(\.int)
      let made = delays(policy(json), upTo: Int(json["attempts"].int) + 3)
      XCTAssertEqual(made, expected, "\(json.value)")
    }
  }

  /// A wait that does not grow is known without a step for each attempt before it.
  func testAWaitThatDoesNotGrowIsKnownAtOnceAfterAnyNumberOfAttempts() {
    for multiplier in [0, 1, 2] {
      let policy = RetryPolicy(
        initialDelay: .milliseconds(2), multiplier: multiplier, attempts: .max,
        maxDelay: .seconds(20))
      XCTAssertEqual(
        policy.delay(beforeAttempt: .max), multiplier < 2 ? .milliseconds(2) : .seconds(20))
    }
  }

  func testTheSchedulesOfTheComponentsAreThoseOfJava() throws {
    let cases = try Recorded.vectors("wire_and_framing")["retrySchedules"].array
    XCTAssertEqual(cases.count, 4)
    let known = [RetryPolicy.standard, .segmentRead, .segmentMetadata, .table]
    for (json, policy) in zip(cases, known) {
      let expected = json["delaysBetweenAttempts"].array.map(\.int)
      XCTAssertEqual(delays(policy, upTo: 30), expected, "\(json["component"].value)")
    }
  }

  func testImpossibleSettingsNeitherTrapNorSpin() {
    let huge = RetryPolicy(
      initialDelay: .seconds(Int64.max / 2), multiplier: .max, attempts: .max,
      maxDelay: .seconds(Int64.max / 2))
    XCTAssertNotNil(huge.delay(beforeAttempt: .max))
    let nothing = RetryPolicy(
      initialDelay: .zero, multiplier: 0, attempts: 0, maxDelay: .zero)
    XCTAssertEqual(nothing.delay(beforeAttempt: 1), .zero)
    XCTAssertNil(nothing.delay(beforeAttempt: 2))
    XCTAssertNil(nothing.delay(beforeAttempt: 0))
  }

  func testWaitsAreSpreadOverTheUpperHalfAndCapped() {
    var early = Backoff(.untilDeadline)
    var late = Backoff(.untilDeadline)
    XCTAssertEqual(early.next(random: 0), .zero)
    XCTAssertEqual(late.next(random: 0.999), .zero)
    XCTAssertEqual(early.next(random: 0), .microseconds(2500))
    XCTAssertEqual(late.next(random: 1), .milliseconds(5))
    for _ in 0..<50 { _ = late.next(random: 1) }
    XCTAssertEqual(late.next(random: 1), .seconds(10))
    XCTAssertEqual(late.attempts, 53)
  }
}
