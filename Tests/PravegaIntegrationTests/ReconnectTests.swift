// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaTestKit
import XCTest

/// Connections that break while they are used.
final class ReconnectTests: IntegrationTestCase {
  func testAWriterGoesOnAfterItsConnectionsAreCut() throws {
    try cluster.makeStream(scope, "s", segments: 3)
    let cutter = ConnectionCutter()
    let factory = try makeFactory(cutter)
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 12, paddings: [0, 500])
    let writer = try makeWriter(factory, "s")
    for _ in 0..<20 {
      try ledger.write(25, from: &generator, with: writer)
      let pending = try (0..<25).map { _ -> (TestEvent, WriteFuture) in
        let event = generator.make()
        ledger.write(event)
        return (event, try writer.writeEvent(event, routingKey: event.key))
      }
      cutter.cutAll()
      for (event, future) in pending {
        try future.get(timeout: Self.patience)
        ledger.acknowledge(event)
      }
    }
    try writer.close()
    XCTAssertGreaterThan(cutter.openedCount, 20)
    let reader = try makeReader(try makeFactory(), try makeGroup("s"), "r")
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == 1000 })
    XCTAssertEqual(ledger.problems(), [])
  }

  func testAReaderGoesOnAfterItsConnectionsAreCut() throws {
    try cluster.makeStream(scope, "s", segments: 3)
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 12, paddings: [0, 500, 40_000])
    try makeWriter(try makeFactory(), "s").use {
      try ledger.write(600, from: &generator, with: $0)
    }
    let cutter = ConnectionCutter()
    let reader = try makeReader(try makeFactory(cutter), try makeGroup("s"), "r")
    for count in stride(from: 20, through: 600, by: 20) {
      XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= count })
      cutter.cutAll()
    }
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertEqual(ledger.readCount, 600)
    XCTAssertGreaterThan(cutter.openedCount, 10)
  }

  func testWriterAndReaderGoOnWhenBothAreCutAgainAndAgain() throws {
    try cluster.makeStream(scope, "s", segments: 2)
    let cutter = ConnectionCutter()
    let factory = try makeFactory(cutter)
    let ledger = TestEventLedger()
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    let total = 1000
    try inParallel(3) { number in
      switch number {
      case 0:
        var generator = TestEventGenerator("k", keys: 8)
        let writer = try factory.createEventWriter(
          stream: "s", serializer: TestEventSerializer())
        for _ in 0..<100 { try ledger.write(10, from: &generator, with: writer) }
        try writer.close()
      case 1:
        for count in stride(from: 50, to: total, by: 50) {
          XCTAssertTrue(eventually(within: Self.patience) { ledger.acknowledgedCount >= count })
          cutter.cutAll()
        }
      default:
        XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= total })
      }
    }
    XCTAssertEqual(ledger.problems(), [])
  }
}
