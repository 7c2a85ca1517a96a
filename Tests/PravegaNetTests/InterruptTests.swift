// SPDX-License-Identifier: Apache-2.0

import Dispatch
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaNet

/// A connect that another thread ends, in each of its waits.
final class InterruptTests: LeakCheckedTestCase {
  /// Of a wait that nobody ends. The instance is made long before its test runs.
  private var patience: Deadline { .after(.seconds(60)) }

  /// Raises from another thread when `isWaiting`, and returns what the wait ended with.
  private func interrupted(
    _ interrupt: Interrupt, when isWaiting: @escaping @Sendable () -> Bool,
    _ body: () throws -> Void
  ) -> NetError? {
    let raiser = Worker.start(name: "prv-test") {
      let deadline = Deadline.after(.seconds(10))
      while !isWaiting(), !deadline.hasPassed { poll(nil, 0, 1) }
      interrupt.raise()
      interrupt.raise()
    }
    defer { XCTAssertTrue(raiser.join(until: .after(.seconds(10)))) }
    let latest = Deadline.after(.seconds(20))
    let error = netError { try body() }
    XCTAssertFalse(latest.hasPassed, "it waited too long")
    return error
  }

  func testItEndsTheWaitForAPeerThatDoesNotAccept() throws {
    let port = try SwallowingPort()
    defer { port.close() }
    let interrupt = try Interrupt()
    let hasBegun: @Sendable () -> Bool = { port.waitingCount > 0 }
    let error = interrupted(interrupt, when: hasBegun) {
      try connectTCP(to: port.endpoint, deadline: patience, interrupt: interrupt).close()
    }
    XCTAssertEqual(error?.kind, .closed)
    XCTAssertEqual(error?.call, "connect")
  }

  func testItEndsTheHandshake() throws {
    let (near, far) = try PipeTransport.makePair()
    defer { far.close() }
    let interrupt = try Interrupt()
    let context = try TLSContext.client(trust: .none, verifiesHostName: false, protocols: [])
    // The client's first record is there: it waits for an answer.
    let hasBegun: @Sendable () -> Bool = {
      var entries = [pollfd(fd: far.descriptor, events: Int16(POLLIN), revents: 0)]
      return poll(&entries, 1, 0) > 0
    }
    let error = interrupted(interrupt, when: hasBegun) {
      try TLSTransport.connect(
        over: near, context: context, host: "localhost", deadline: patience, interrupt: interrupt
      ).close()
    }
    XCTAssertEqual(error?.kind, .closed)
    XCTAssertEqual(error?.call, "TLS handshake")
  }

  func testItEndsTheWaitForTheNameResolver() throws {
    let interrupt = try Interrupt()
    let isAsked = Monitor(false)
    let answer = DispatchSemaphore(value: 0)
    let hasBegun: @Sendable () -> Bool = { isAsked.withLock { $0 } }
    let error = interrupted(interrupt, when: hasBegun) {
      let endpoint = Endpoint(host: "slow.example", port: 1)
      _ = try Resolver.onThread(endpoint, deadline: patience, interrupt) {
        isAsked.withLock { $0 = true }
        answer.wait()
        return .success([])
      }
    }
    answer.signal()
    XCTAssertEqual(error?.kind, .closed)
    XCTAssertEqual(error?.call, "getaddrinfo")
  }

  func testWhatIsRaisedBeforeStartsNothing() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    defer { listener.close() }
    let interrupt = try Interrupt()
    interrupt.raise()
    let error = netError {
      try connectTCP(to: listener.endpoint, deadline: patience, interrupt: interrupt).close()
    }
    XCTAssertEqual(error?.kind, .closed)
  }

  func testAConnectThatNobodyEndsGoesOn() throws {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    defer { listener.close() }
    let interrupt = try Interrupt()
    let transport = try connectTCP(
      to: listener.endpoint, deadline: patience, interrupt: interrupt)
    // Too late: the connection is its owner's now.
    interrupt.raise()
    let accepted = try XCTUnwrap(try listener.accept(until: patience))
    XCTAssertEqual(transport.local, accepted.peer)
    transport.close()
    accepted.close()
  }
}
