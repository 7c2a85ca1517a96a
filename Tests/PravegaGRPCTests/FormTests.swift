// SPDX-License-Identifier: Apache-2.0

import PravegaHTTP2
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaGRPC

/// The small forms of gRPC: time-outs, texts, messages, keep-alive decisions.
final class FormTests: LeakCheckedTestCase {
  func testTimeoutsAreRoundedUpAndFit() {
    for (duration, text) in [
      (.milliseconds(298_918), "298918m"), (.nanoseconds(1), "1m"), (.zero, "1m"),
      (.milliseconds(99_999_999), "99999999m"), (.milliseconds(100_000_001), "100001S"),
      (.seconds(Int64.max / 2_000_000_000), "76861434M"),
    ] as [(Duration, String)] {
      XCTAssertEqual(GRPCTimeout.encode(duration), text)
    }
    for (text, duration) in [
      ("1n", .nanoseconds(1)), ("20u", .microseconds(20)), ("298918m", .milliseconds(298_918)),
      ("3S", .seconds(3)), ("2M", .seconds(120)), ("1H", .seconds(3_600)),
      ("99999999H", .nanoseconds(Int64.max)), ("", nil), ("m", nil), ("1", nil), ("-1m", nil),
      ("123456789m", nil), ("1x", nil), ("+1m", nil),
    ] as [(String, Duration?)] {
      XCTAssertEqual(GRPCTimeout.decode(text), duration, text)
    }
  }

  func testTextsSurvivePercentEncoding() {
    for text in ["", "plain", "50 %", "a\nb", "ä\u{1F4A7}", "%41"] {
      let encoded = PercentEncoding.encode(text)
      XCTAssertTrue(encoded.allSatisfy { (0x20...0x7e).contains($0) })
      XCTAssertEqual(PercentEncoding.decode(encoded), text)
    }
    XCTAssertEqual(PercentEncoding.decode(Array("a%2".utf8)), "a%2")
    XCTAssertEqual(PercentEncoding.decode(Array("%zz%e4%c3%a4".utf8)), "%zz\u{fffd}ä")
  }

  func testMessagesAreCheckedWhileTheyComeIn() throws {
    func body(_ pieces: [UInt8]..., limit: Int = 10) -> Result<[UInt8], MessageBuffer.Problem> {
      var buffer = MessageBuffer(limit: limit)
      do throws(MessageBuffer.Problem) {
        for piece in pieces { try buffer.append(piece[...]) }
        return .success(try buffer.message())
      } catch {
        return .failure(error)
      }
    }
    XCTAssertEqual(body([0, 0, 0, 0, 2], [7], [8]), .success([7, 8]))
    XCTAssertEqual(body([0, 0, 0, 0, 0]), .success([]))
    XCTAssertEqual(body(), .failure(.missing))
    XCTAssertEqual(body([0, 0]), .failure(.truncated))
    XCTAssertEqual(body([0, 0, 0, 0, 2, 7]), .failure(.truncated))
    XCTAssertEqual(body([1, 0, 0, 0, 0]), .failure(.compressed))
    XCTAssertEqual(body([0, 0, 0, 0, 1, 7, 0]), .failure(.tooMany))
    XCTAssertEqual(body([0, 0, 0, 0, 11]), .failure(.tooLarge(11)))
    XCTAssertEqual(body([0, 0xff, 0xff, 0xff, 0xff]), .failure(.tooLarge(0xffff_ffff)))
  }

  func testKeepAliveAsksOnlyASilentPeerWithCalls() {
    let start = Deadline(nanoseconds: 1_000_000_000_000)
    func at(_ seconds: Int) -> Deadline { start.advanced(by: .seconds(seconds)) }
    var keepAlive = KeepAlive(
      interval: .seconds(10), timeout: .seconds(3), withoutCalls: false, now: start)
    XCTAssertEqual(keepAlive.next(at(50), hasCalls: false), .wait(until: at(60)))
    keepAlive.firstCallStarted(at(50))
    XCTAssertEqual(keepAlive.next(at(55), hasCalls: true), .wait(until: at(60)))
    XCTAssertEqual(keepAlive.next(at(60), hasCalls: true), .ping)
    XCTAssertEqual(keepAlive.next(at(61), hasCalls: true), .wait(until: at(63)))
    keepAlive.heard(at(62))
    XCTAssertEqual(keepAlive.next(at(63), hasCalls: true), .wait(until: at(72)))
    XCTAssertEqual(keepAlive.next(at(72), hasCalls: true), .ping)
    XCTAssertEqual(keepAlive.next(at(75), hasCalls: true), .giveUp)
    var eager = KeepAlive(
      interval: .seconds(10), timeout: .seconds(3), withoutCalls: true, now: start)
    XCTAssertEqual(eager.next(at(10), hasCalls: false), .ping)
  }

  func testACallerAsksASilentPeerOnce() {
    let start = Deadline(nanoseconds: 1_000_000_000_000)
    func at(_ seconds: Int) -> Deadline { start.advanced(by: .seconds(seconds)) }
    var keepAlive = KeepAlive(
      interval: .seconds(360), timeout: .seconds(20), withoutCalls: false, now: start)
    func question(_ seconds: Int) -> KeepAlive.Question {
      keepAlive.question(at(seconds), silence: .seconds(4), timeout: .seconds(3))
    }
    XCTAssertEqual(question(1), .wait(until: at(4)))
    XCTAssertEqual(question(4), .ask)
    XCTAssertEqual(question(5), .wait(until: at(7)))
    // Its answer is no reply: not again before the server says something else.
    keepAlive.heard(at(6))
    XCTAssertEqual(question(100), .wait(until: .distantFuture))
    keepAlive.heard(at(101))
    XCTAssertEqual(question(104), .wait(until: at(105)))
    XCTAssertEqual(question(105), .ask)
    XCTAssertFalse(keepAlive.isOverdue(at(107), after: .seconds(3)))
    XCTAssertTrue(keepAlive.isOverdue(at(108), after: .seconds(3)))
    XCTAssertEqual(question(108), .isOverdue)
  }

  func testRandomRepliesNeverTrap() {
    var state: UInt64 = 88_172_645_463_325_252
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    let names = [":status", "content-type", "grpc-status", "grpc-message", "x"]
    let values = [
      "200", "503", "application/grpc", "0", "5", "-1", "99999999999999999999", "%", "",
    ]
    func fields() -> [HeaderField] {
      (0..<random(5)).map { _ in
        HeaderField(names[random(names.count)], values[random(values.count)])
      }
    }
    for _ in 0..<20_000 {
      var call = PendingCall(promise: Promise(), maxMessageSize: 100)
      var outcome = call.receiveHeaders(fields(), isEnd: random(4) == 0)
      while outcome == nil, random(5) > 0 {
        let bytes = (0..<random(12)).map { _ in UInt8(random(3)) }
        outcome = call.receiveData(bytes[...], isEnd: random(6) == 0)
      }
      _ = call.finish(fields())
    }
  }
}
