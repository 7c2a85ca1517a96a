// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import PravegaThreads
import XCTest

/// How long a call goes on after a controller is back, for outages of every length; the clock is the
/// test's.
final class ControllerOutageTests: LeakCheckedTestCase {
  private struct Way {
    let name: String
    let failure: CallFailure.Kind
    /// What one attempt costs.
    let costs: Duration
  }

  private static let ways = [
    Way(name: "nobody listens", failure: .refused, costs: .milliseconds(1)),
    Way(name: "connections break", failure: .connectionLost, costs: .milliseconds(5)),
    Way(name: "no word comes", failure: .silent, costs: .seconds(5)),
    Way(name: "it says so", failure: .status(14, "starting"), costs: .milliseconds(1)),
  ]

  /// How long after the end of an outage the call was answered.
  private func delay(_ outage: Duration, _ way: Way, _ uri: ControllerURI) throws -> Duration {
    let start = Monitor<Deadline?>(nil)
    let isOver = Monitor(false)
    // The answers have to know the clock that belongs to them.
    let clock = Monitor<ScriptedControllers?>(nil)
    let controllers = ScriptedControllers { (call) throws(CallFailure) in
      guard let began = start.withLock({ $0 }), let clock = clock.withLock({ $0 }) else {
        return []
      }
      guard clock.now < began.advanced(by: outage) else {
        isOver.withLock { $0 = true }
        return []
      }
      clock.pass(way.costs)
      throw CallFailure(way.failure)
    }
    clock.withLock { $0 = controllers }
    defer { clock.withLock { $0 = nil } }
    let client = controllers.client(uri)
    _ = try client.createScope("s", until: controllers.deadline())
    let began = controllers.now
    start.withLock { $0 = began }
    _ = try client.createScope("s", until: controllers.deadline(.seconds(1000)))
    XCTAssertTrue(isOver.withLock { $0 })
    let end = began.advanced(by: outage)
    return .nanoseconds(controllers.now.nanoseconds - end.nanoseconds)
  }

  func testACallGoesOnWithinFifteenSecondsOfAnOutageOfAnyLength() throws {
    for way in Self.ways {
      for uri: ControllerURI in ["tcp://a:1", "tcp://a:1,b:2,c:3"] {
        for seconds in Array(1...60) + [120, 600] {
          let delay = try delay(.seconds(seconds), way, uri)
          XCTAssertLessThanOrEqual(
            delay, .seconds(15), "\(way.name), \(uri.endpoints.count), \(seconds) s")
        }
      }
    }
  }

  /// As a call from a user has it, who waits for half a minute.
  func testACallThatBeganWithAnOutageOfTenSecondsSucceeds() throws {
    for way in Self.ways {
      let delay = try delay(.seconds(10), way, "tcp://a:1")
      XCTAssertLessThan(delay, .seconds(20), way.name)
    }
  }
}
