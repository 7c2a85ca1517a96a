// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaTestKit
import XCTest

/// Streams that change their segments, or end, while they are used.
final class ScaleTests: IntegrationTestCase {
  func testSplitsAndMergesWhileWritingAndReading() throws {
    try cluster.makeStream(scope, "s", segments: 1)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    let group = try makeGroup("s")
    let readers = try (0..<2).map { try makeReader(factory, group, "r\($0)") }
    let total = 3 * 2000
    let (cluster, scope) = (try cluster, scope)
    try inParallel(3 + readers.count + 1) { number in
      switch number {
      case 0..<3:
        var generator = TestEventGenerator("w\(number)", keys: 6)
        let writer = try factory.createEventWriter(
          stream: "s", serializer: TestEventSerializer())
        for _ in 0..<100 { try ledger.write(20, from: &generator, with: writer) }
        try writer.close()
      case 3:
        for count in [4, 1, 3, 2] { try cluster.scale(scope, "s", to: count) }
      default:
        let reader = readers[number - 4]
        XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount >= total })
      }
    }
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertEqual(ledger.acknowledgedCount, total)
  }

  func testAScaledStreamIsReadInOrderLater() throws {
    try cluster.makeStream(scope, "s", segments: 1)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 20)
    let writer = try makeWriter(factory, "s")
    for count in [2, 3, 1, 4] {
      try ledger.write(200, from: &generator, with: writer)
      try cluster.scale(scope, "s", to: count)
    }
    try ledger.write(200, from: &generator, with: writer)
    try writer.close()
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == 1000 })
    XCTAssertEqual(ledger.problems(), [])
  }

  func testASealedStreamIsReadToItsEnd() throws {
    try cluster.makeStream(scope, "s", segments: 3)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 20)
    let writer = try makeWriter(factory, "s")
    try ledger.write(500, from: &generator, with: writer)
    try cluster.administer { _ = try $0.sealStream(scope: scope, stream: "s") }
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    XCTAssertTrue(try ledger.read(with: reader) { false }, "the end was not reported")
    XCTAssertEqual(ledger.readCount, 500)
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertTrue(try reader.readNextEvent(timeout: .zero).isReadCompleted)
  }

  func testAWriterOfASealedStreamSaysSo() throws {
    try cluster.makeStream(scope, "s", segments: 2)
    let factory = try makeFactory()
    let writer = try makeWriter(factory, "s")
    let event = TestEvent(key: "k", sequence: 0)
    try writer.writeEvent(event, routingKey: "k").get(timeout: Self.patience)
    try cluster.administer { _ = try $0.sealStream(scope: scope, stream: "s") }
    XCTAssertThrowsError(
      try writer.writeEvent(event, routingKey: "k").get(timeout: Self.patience)
    ) { XCTAssertEqual(($0 as? PravegaError)?.code, .segmentSealed) }
    XCTAssertThrowsError(
      try factory.createEventWriter(stream: "s", serializer: UTF8StringSerializer())
    ) { XCTAssertEqual(($0 as? PravegaError)?.code, .segmentSealed) }
    try? writer.close()
  }

  func testAReaderWaitsAtTheEndOfAStreamThatIsSealedMeanwhile() throws {
    try cluster.makeStream(scope, "s")
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    let reader = try makeReader(factory, try makeGroup("s"), "r")
    var generator = TestEventGenerator("k")
    let writer = try makeWriter(factory, "s")
    try ledger.write(10, from: &generator, with: writer)
    XCTAssertTrue(try ledger.read(with: reader) { ledger.readCount == 10 })
    let (cluster, scope) = (try cluster, scope)
    try inParallel(2) { number in
      if number == 0 {
        try cluster.administer { _ = try $0.sealStream(scope: scope, stream: "s") }
      } else {
        XCTAssertTrue(try ledger.read(with: reader) { false })
      }
    }
    XCTAssertEqual(ledger.problems(), [])
  }
}
