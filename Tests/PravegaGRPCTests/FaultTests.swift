// SPDX-License-Identifier: Apache-2.0

import PravegaGRPC
import PravegaNet
import PravegaThreads
import XCTest

/// Faults that a test injects into single calls, as the caller meets them.
final class FaultTests: GRPCTestCase {
  private final class Script: GRPCServerInterceptor {
    let faults: Monitor<[[GRPCFault]]>
    init(_ faults: [[GRPCFault]]) { self.faults = Monitor(faults) }

    func intercept(_ call: GRPCServerCall) -> [GRPCFault] {
      faults.withLock { $0.isEmpty ? [] : $0.removeFirst() }
    }
  }

  private let runs = Monitor(0)

  private func start(_ faults: [GRPCFault]...) throws -> Endpoint {
    let runs = runs
    runs.withLock { $0 = 0 }
    return try startServer([
      Self.echoPath: { call in
        runs.withLock { $0 += 1 }
        return call.message
      }
    ]) { $0.interceptor = Script(faults) }.1
  }

  private var runCount: Int { runs.withLock { $0 } }

  private func assertLost(_ error: GRPCError?, line: UInt = #line) {
    guard case .connectionLost? = error?.kind else {
      return XCTFail("\(String(describing: error))", line: line)
    }
    XCTAssertEqual(error?.wasProcessed, .unknown, line: line)
  }

  func testReplyCutAtEveryByte() throws {
    // HEADERS, DATA and trailers of a small reply are fewer bytes than that.
    var whole = 0
    for bytes in 0..<200 {
      let endpoint = try start([.cutAfter(bytes: bytes)])
      let channel = makeChannel(endpoint)
      let reply: GRPCReply?
      do {
        reply = try channel.call(Self.echoPath, request: [1, 2], deadline: .after(.seconds(5)))
      } catch {
        assertLost(error)
        XCTAssertEqual(runCount, 1)
        XCTAssertEqual(whole, 0, "a longer reply failed where a shorter one did not")
        continue
      }
      XCTAssertEqual(reply?.message, [1, 2])
      whole += 1
      if whole == 2 { return }
    }
    XCTFail("the reply never became whole")
  }

  func testCutBeforeTheHandlerRuns() throws {
    let endpoint = try start([.cutBefore])
    assertLost(failure(makeChannel(endpoint)))
    XCTAssertEqual(runCount, 0)
    _ = try makeChannel(endpoint).call(Self.echoPath, request: [], deadline: .after(.seconds(5)))
  }

  func testDropRunsTheHandlerAndHangDoesNot() throws {
    let channel = makeChannel(try start([.drop], [.hang]))
    XCTAssertEqual(failure(channel, within: .milliseconds(100))?.kind, .deadlineExceeded)
    XCTAssertEqual(runCount, 1)
    XCTAssertEqual(failure(channel, within: .milliseconds(100))?.kind, .deadlineExceeded)
    XCTAssertEqual(runCount, 1)
    _ = try channel.call(Self.echoPath, request: [], deadline: .after(.seconds(5)))
  }

  func testDelayedDuplicatedAndReplacedAnswers() throws {
    let channel = makeChannel(
      try start(
        [.delay(.milliseconds(80))], [.duplicate], [.status(GRPCStatus(.unavailable, "no"))],
        [.answer([9])], [.reset(code: 7)], [.reset(code: 2)]))
    let start = Deadline.now
    _ = try channel.call(Self.echoPath, request: [], deadline: .after(.seconds(5)))
    XCTAssertGreaterThanOrEqual(Deadline.now, start.advanced(by: .milliseconds(80)))
    XCTAssertEqual(runCount, 1)
    let doubled = try channel.call(Self.echoPath, request: [4], deadline: .after(.seconds(5)))
    XCTAssertEqual(doubled.message, [4])
    XCTAssertEqual(runCount, 3)
    XCTAssertEqual(failure(channel)?.kind, .status(GRPCStatus(.unavailable, "no")))
    let replaced = try channel.call(Self.echoPath, request: [4], deadline: .after(.seconds(5)))
    XCTAssertEqual(replaced.message, [9])
    XCTAssertEqual(failure(channel)?.wasProcessed, GRPCError.Processed.none)
    XCTAssertEqual(failure(channel)?.wasProcessed, .unknown)
    XCTAssertEqual(runCount, 3)
  }

  func testCallInFlightSurvivesGoAwayAndTheNextIsSafeToSendAgain() throws {
    let endpoint = try start([.goAway, .delay(.milliseconds(50))])
    let channel = makeChannel(endpoint)
    let reply = try channel.call(Self.echoPath, request: [5], deadline: .after(.seconds(5)))
    XCTAssertEqual(reply.message, [5])
    let next = failure(channel)
    XCTAssertEqual(next?.wasProcessed, GRPCError.Processed.none)
    XCTAssertFalse(channel.isUsable)
  }

  func testFewHandlerThreadsServeManyCallsAndTheQueueIsBounded() throws {
    let gate = DispatchSemaphore(value: 0)
    let (_, endpoint) = try startServer([
      "/s/gate": { call in
        while gate.wait(timeout: .now() + .milliseconds(5)) == .timedOut, !call.isCancelled {}
        return []
      }
    ]) {
      $0.maxHandlerThreads = 2
      $0.maxWaitingCalls = 3
    }
    let channel = makeChannel(endpoint)
    let outcomes = Monitor((ok: 0, exhausted: 0))
    let callers = (0..<10).map { _ in
      Worker.start(name: "caller") {
        do throws(GRPCError) {
          _ = try channel.call("/s/gate", request: [], deadline: .after(.seconds(20)))
          outcomes.withLock { $0.ok += 1 }
        } catch {
          if error.status.code == .resourceExhausted { outcomes.withLock { $0.exhausted += 1 } }
        }
      }
    }
    XCTAssertTrue(eventually { outcomes.withLock { $0.exhausted } >= 5 })
    for _ in 0..<10 { gate.signal() }
    for caller in callers { XCTAssertTrue(caller.join(until: .after(.seconds(10)))) }
    XCTAssertEqual(outcomes.withLock { $0.ok + $0.exhausted }, 10)
    XCTAssertGreaterThanOrEqual(outcomes.withLock { $0.ok }, 2)
  }
}
