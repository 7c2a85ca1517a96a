// SPDX-License-Identifier: Apache-2.0

import Dispatch
import PravegaCore
import PravegaTestKit
import PravegaThreads
import XCTest

final class TokenProviderTests: LeakCheckedTestCase {
  /// Hands out tokens that expire at given times, and counts.
  private final class Source: Sendable {
    let count = Monitor(0)
    let expiries: [Int64]

    init(_ expiries: [Int64]) { self.expiries = expiries }

    func next() -> String {
      let number = count.withLock { count in
        defer { count += 1 }
        return count
      }
      return Self.token(expiries[min(number, expiries.count - 1)], number)
    }

    static func token(_ expiry: Int64, _ number: Int) -> String {
      let body = Base64.encode(Array("{\"n\":\(number),\"exp\":\(expiry)}".utf8))
      return "h.\(body.filter { $0 != "=" }).s"
    }
  }

  private let time = Monitor(Int64(1000))

  private func provider(_ source: Source, initial: String? = nil) -> DelegationTokenProvider {
    let time = time
    return DelegationTokenProvider(
      initial: initial, secondsSince1970: { time.withLock { $0 } },
      fetch: { (_) throws(PravegaError) in source.next() })
  }

  private func soon() -> Deadline { .after(.seconds(10)) }

  func testATokenIsRenewedFiveSecondsBeforeItExpires() throws {
    let source = Source([1100, 1200])
    let provider = provider(source)
    let first = try provider.retrieve(until: soon())
    time.withLock { $0 = 1094 }
    XCTAssertEqual(try provider.retrieve(until: soon()), first)
    time.withLock { $0 = 1095 }
    XCTAssertNotEqual(try provider.retrieve(until: soon()), first)
    XCTAssertEqual(source.count.withLock { $0 }, 2)
  }

  func testARefusedTokenIsRenewedOnce() throws {
    let source = Source([2000])
    let provider = provider(source)
    let first = try provider.retrieve(until: soon())
    provider.signalExpired(first)
    provider.signalExpired(first)
    let second = try provider.retrieve(until: soon())
    XCTAssertNotEqual(first, second)
    // A late complaint about the old token is none about the new one.
    provider.signalExpired(first)
    XCTAssertEqual(try provider.retrieve(until: soon()), second)
    XCTAssertEqual(source.count.withLock { $0 }, 2)
  }

  func testAnEmptyOrForeignTokenIsKeptForEver() throws {
    let source = Source([1])
    for initial in ["", "something-else", "a.b"] {
      let provider = provider(source, initial: initial)
      provider.signalExpired(initial)
      XCTAssertEqual(try provider.retrieve(until: soon()), initial)
    }
    let kept = Source.token(5000, 9)
    XCTAssertEqual(try provider(source, initial: kept).retrieve(until: soon()), kept)
    XCTAssertEqual(source.count.withLock { $0 }, 0)
  }

  func testManyCallersShareOneRenewal() {
    let source = Source([2000])
    let begun = DispatchSemaphore(value: 0)
    let goOn = DispatchSemaphore(value: 0)
    let provider = DelegationTokenProvider(
      secondsSince1970: { 1000 },
      fetch: { (_) throws(PravegaError) in
        begun.signal()
        goOn.wait()
        return source.next()
      })
    let results = Monitor<[String]>([])
    let workers = (0..<8).map { _ in
      Worker.start(name: "token") {
        let token = (try? provider.retrieve(until: .after(.seconds(10)))) ?? "failed"
        results.withLock { $0.append(token) }
      }
    }
    begun.wait()
    goOn.signal()
    for worker in workers { XCTAssertTrue(worker.join(until: soon())) }
    XCTAssertEqual(Set(results.withLock { $0 }), [Source.token(2000, 0)])
    XCTAssertEqual(source.count.withLock { $0 }, 1)
  }

  func testAFailureGoesToItsWaitersAndTheNextCallTriesAgain() throws {
    let attempts = Monitor(0)
    let provider = DelegationTokenProvider { (_) throws(PravegaError) in
      let number = attempts.withLock { count in
        count += 1
        return count
      }
      guard number > 1 else { throw PravegaError(.authentication, "no") }
      return "h.b.s"
    }
    XCTAssertThrowsError(try provider.retrieve(until: soon())) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .authentication)
    }
    XCTAssertEqual(try provider.retrieve(until: soon()), "h.b.s")
  }

  func testAWaiterEndsByItsOwnDeadline() {
    let begun = DispatchSemaphore(value: 0)
    let goOn = DispatchSemaphore(value: 0)
    let provider = DelegationTokenProvider { (_) throws(PravegaError) in
      begun.signal()
      goOn.wait()
      return ""
    }
    let worker = Worker.start(name: "token") { _ = try? provider.retrieve(until: .distantFuture) }
    begun.wait()
    XCTAssertThrowsError(try provider.retrieve(until: .after(.milliseconds(20)))) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .timeout)
    }
    goOn.signal()
    XCTAssertTrue(worker.join(until: soon()))
  }
}
