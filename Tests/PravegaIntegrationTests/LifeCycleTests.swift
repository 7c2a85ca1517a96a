// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaTestKit
import XCTest

/// Time-outs, closing, and use after closing.
final class LifeCycleTests: IntegrationTestCase {
  private func code(_ body: () throws -> Void) -> PravegaError.Code? {
    do { try body() } catch { return (error as? PravegaError)?.code }
    return nil
  }

  func testAReadThatMayNotWaitLooksOnceAndSaysTimeout() throws {
    try cluster.makeStream(scope, "s")
    let reader = try makeReader(try makeFactory(), try makeGroup("s"), "r")
    let start = ContinuousClock.now
    for _ in 0..<20 {
      let read = try reader.readNextEvent(timeout: .zero)
      XCTAssertNil(read.event)
      XCTAssertFalse(read.isReadCompleted)
    }
    XCTAssertLessThan(ContinuousClock.now - start, .seconds(5))
  }

  func testAReadWaitsAboutAsLongAsItMay() throws {
    try cluster.makeStream(scope, "s")
    let reader = try makeReader(
      try makeFactory(), try makeGroup("s", checkpointMillis: -1), "r")
    _ = try reader.readNextEvent(timeout: .seconds(1))
    let start = ContinuousClock.now
    XCTAssertEqual(try reader.readNextEvent(timeout: .milliseconds(300)).kind, .timeout)
    let elapsed = ContinuousClock.now - start
    XCTAssertGreaterThanOrEqual(elapsed, .milliseconds(300))
    XCTAssertLessThan(elapsed, .seconds(5))
  }

  func testEverythingMayBeClosedTwice() throws {
    try cluster.makeStream(scope, "s")
    let factory = try makeFactory()
    let writer = try makeWriter(factory, "s")
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    let manager = try StreamManager.create(clientConfig: config)
    let groups = try ReaderGroupManager.withScope(scope, config: config)
    for _ in 0..<2 {
      try writer.close()
      try reader.close()
      manager.close()
      groups.close()
      factory.close()
    }
  }

  func testUseAfterCloseIsAnError() throws {
    try cluster.makeStream(scope, "s")
    let factory = try makeFactory()
    let group = try makeGroup("s")
    let event = TestEvent(key: "k", sequence: 0)
    let writer = try makeWriter(factory, "s")
    let reader = try makeReader(factory, group, "r")
    try writer.close()
    try reader.close()
    XCTAssertEqual(code { try writer.writeEvent(event, routingKey: "k") }, .objectClosed)
    XCTAssertEqual(code { _ = try reader.readNextEvent(timeout: .zero) }, .objectClosed)
    let other = try makeWriter(factory, "s")
    factory.close()
    XCTAssertEqual(code { try other.writeEvent(event, routingKey: "k") }, .objectClosed)
    XCTAssertEqual(code { _ = try makeWriter(factory, "s") }, .objectClosed)
    XCTAssertEqual(code { _ = try makeReader(factory, group, "x") }, .objectClosed)
    let manager = try StreamManager.create(clientConfig: config)
    manager.close()
    XCTAssertEqual(code { _ = try manager.createScope("x") }, .objectClosed)
  }

  func testClosingTheFactoryWakesABlockedReader() throws {
    try cluster.makeStream(scope, "s")
    let factory = try makeFactory()
    let reader = try makeReader(factory, try makeGroup("s", checkpointMillis: -1), "r")
    _ = try reader.readNextEvent(timeout: .milliseconds(100))
    let start = ContinuousClock.now
    let scope = scope
    try inParallel(2) { number in
      if number == 0 { return factory.close() }
      do {
        // Either it was still reading, or it came too late; both are told.
        _ = try reader.readNextEvent(timeout: .seconds(60))
        XCTFail("\(scope): no error")
      } catch {
        XCTAssertEqual((error as? PravegaError)?.code, .objectClosed)
      }
    }
    XCTAssertLessThan(ContinuousClock.now - start, .seconds(15))
  }

  func testCloseWritesWhatIsPending() throws {
    try cluster.makeStream(scope, "s", segments: 2)
    let ledger = TestEventLedger()
    let factory = try makeFactory()
    let writer = try makeWriter(factory, "s")
    var generator = TestEventGenerator("k", keys: 5)
    for _ in 0..<500 {
      let event = generator.make()
      ledger.write(event)
      try writer.writeEvent(event, routingKey: event.key)
    }
    try writer.close()
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == 500 })
    XCTAssertEqual(ledger.problems(), [])
  }

  func testMissingThingsAreNamed() throws {
    let factory = try makeFactory()
    XCTAssertEqual(code { _ = try makeWriter(factory, "nothing") }, .invalidStream)
    XCTAssertEqual(code { try cluster.makeStream("no-such-scope", "s") }, .noSuchScope)
    XCTAssertEqual(code { _ = try makeGroup("nothing") }, .invalidStream)
  }
}
