// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import XCTest

@testable import PravegaStandalone

final class FaultPlanTests: LeakCheckedTestCase {
  func testARuleHitsTheNthRequestOfItsName() throws {
    let plan = try FaultPlan("AppendBlockEnd@3:cut")
    for round in 1...5 {
      XCTAssertNil(plan.decide(name: "ReadSegment", connection: 1, ordinal: round))
      let decision = plan.decide(name: "AppendBlockEnd", connection: round, ordinal: 1)
      XCTAssertEqual(decision != nil, round == 3)
    }
    XCTAssertEqual(plan.injectedCounts, ["cut": 1])
  }

  func testAPlusRepeatsAndNoCountMeansEvery() throws {
    let plan = try FaultPlan("getURI@2+:delay=250, scale:drop")
    let hits = (1...3).map { plan.decide(name: "getURI", connection: 1, ordinal: $0) != nil }
    XCTAssertEqual(hits, [false, true, true])
    XCTAssertEqual(
      plan.decide(name: "scale", connection: 1, ordinal: 1)?.reply.isDropped, true)
  }

  func testActionsBehindAnotherBelongToTheSameRequest() throws {
    let plan = try FaultPlan(" readsegment@1:delay=5 , dup,cut=7 ")
    let reply = try XCTUnwrap(
      plan.decide(name: "ReadSegment", connection: 9, ordinal: 1)?.reply)
    XCTAssertEqual(reply.delay, .milliseconds(5))
    XCTAssertTrue(reply.isDoubled)
    XCTAssertEqual(reply.cutAfter, 7)
  }

  func testARuleCanBeHeldToOneConnection() {
    let plan = FaultPlan()
    plan.add(FaultRule("*", connection: 2, .hang))
    XCTAssertNil(plan.decide(name: "KeepAlive", connection: 1, ordinal: 1))
    XCTAssertNotNil(plan.decide(name: "KeepAlive", connection: 2, ordinal: 1))
    XCTAssertNil(plan.decide(name: "KeepAlive", connection: 2, ordinal: 2))
  }

  func testMistakesAreNamed() {
    let mistakes = [
      "AppendBlokEnd@1:cut": "is neither a wire command nor a controller call. Is it Append",
      "AppendBlockEnd@0:cut": "\"@0\" in",
      "AppendBlockEnd@x+:cut": "is not a count from 1 on",
      "AppendBlockEnd@1": "has no action; a fault is NAME@N:ACTION",
      "AppendBlockEnd@1:explode": "\"explode\" is not an action. Actions are cut, cut=BYTES",
      "AppendBlockEnd@1:delay=soon": "needs a whole number",
      "AppendBlockEnd@1:cut,,drop": "empty part",
      ":cut": "begins with a name",
      "": "empty part",
    ]
    for (text, expected) in mistakes {
      XCTAssertThrowsError(try FaultPlan(text), text) {
        XCTAssertTrue("\($0)".contains(expected), "\(text): \($0)")
      }
    }
  }

  func testARandomPlanDependsOnSeedConnectionAndPositionOnly() {
    func draws(_ seed: UInt64, reversed: Bool) -> [String] {
      let plan = FaultPlan.random(seed: seed, rate: 0.2)
      var drawn = [String](repeating: "", count: 400)
      let order = reversed ? Array((0..<400).reversed()) : Array(0..<400)
      for index in order {
        let decision = plan.decide(
          name: "AppendBlockEnd", connection: index % 4, ordinal: index)
        drawn[index] = decision.map { "\($0.reply) \(String(describing: $0.instead))" } ?? ""
      }
      return drawn
    }
    XCTAssertEqual(draws(7, reversed: false), draws(7, reversed: true))
    XCTAssertNotEqual(draws(7, reversed: false), draws(8, reversed: false))
    let share = draws(7, reversed: false).filter { !$0.isEmpty }.count
    XCTAssertTrue((40...120).contains(share), "\(share)")
  }

  func testADisabledPlanDoesNothing() throws {
    let plan = try FaultPlan("KeepAlive@1:cut")
    plan.isEnabled = false
    XCTAssertNil(plan.decide(name: "KeepAlive", connection: 1, ordinal: 1))
    plan.isEnabled = true
    XCTAssertNotNil(plan.decide(name: "KeepAlive", connection: 1, ordinal: 2))
  }
}
