// SPDX-License-Identifier: Apache-2.0

import Dispatch
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// User code runs without a lock of the library: it may use the very objects that call it.
final class LockRuleTests: FaultTestCase {
  /// Writes its event's parts as events of their own, with the same writer.
  private final class Splitting: Serializer, Sendable {
    let writer = Monitor<EventStreamWriter<String>?>(nil)

    func serialize(_ value: String) throws -> [UInt8] {
      if value.count > 1, let writer = writer.withLock({ $0 }) {
        for part in value { try writer.writeEvent(String(part), routingKey: "k") }
        try writer.flush(timeout: .seconds(10))
      }
      return Array(value.utf8)
    }

    func deserialize(_ bytes: [UInt8]) throws -> String { String(decoding: bytes, as: UTF8.self) }
  }

  /// Writes a line as an event and waits for it, unless it does so already.
  private final class Writing: LogSink, Sendable {
    let level = LogLevel.debug
    let writer = Monitor<EventStreamWriter<[UInt8]>?>(nil)
    let counts = Monitor((busy: 0, lines: 0))

    func log(_ level: LogLevel, _ message: String, metadata: [(String, String)]) {
      let mayWrite = counts.withLock { counts -> Bool in
        counts.lines += 1
        counts.busy += 1
        return counts.busy == 1
      }
      defer { counts.withLock { $0.busy -= 1 } }
      guard mayWrite, let writer = writer.withLock({ $0 }) else { return }
      _ = try? writer.writeEvent(Array(message.utf8), routingKey: nil, timeout: .milliseconds(50))
      _ = try? writer.flush(timeout: .milliseconds(50))
    }
  }

  func testASerializerMayUseItsOwnWriter() throws {
    let stream = try makeStream("s")
    let serializer = Splitting()
    let writer = try makeFactory().createEventWriter(stream: "s", serializer: serializer)
    serializer.writer.withLock { $0 = writer }
    try writer.writeEvent("abc", routingKey: "k").get(timeout: Self.patience)
    serializer.writer.withLock { $0 = nil }
    XCTAssertEqual(
      try stored(Segment(stream, segmentID: 0)), ["a", "b", "c", "abc"].map { Array($0.utf8) })
    try writer.close()
  }

  func testALogSinkMayUseTheWriterOfWhichItHears() throws {
    try makeStream("s", segments: 2)
    let sink = Writing()
    var config = try cluster.clientConfig
    config.logSink = sink
    let client = try Client(config) { Self.beQuick(&$0) }
    addTeardownBlock { client.close() }
    let factory = EventStreamClientFactory(scope: scope, client: client)
    let writer = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
    sink.writer.withLock { $0 = writer }
    for number in 1...10 {
      plan.add(FaultRule("AppendBlockEnd", first: number * 3, .cut))
      plan.add(FaultRule("AppendBlockEnd", first: number * 5, .seal))
      plan.add(FaultRule("SetupAppend", first: number * 2, .wrongHost))
    }
    for number in 0..<40 {
      try writer.writeEvent([UInt8(number)], routingKey: "k").get(timeout: Self.patience)
    }
    XCTAssertGreaterThan(sink.counts.withLock { $0.lines }, 1)
    sink.writer.withLock { $0 = nil }
    try writer.close()
  }

  /// Callbacks that block hold up neither the writer nor its repair.
  func testCallbacksThatBlockHoldNothingUp() throws {
    try makeStream("s", segments: 2)
    let writer = try makeFactory().createEventWriter(
      stream: "s", serializer: ByteArraySerializer())
    let mayEnd = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    plan.add(FaultRule("AppendBlockEnd", first: 3, .cut))
    plan.add(FaultRule("AppendBlockEnd", first: 6, .seal))
    let queue = DispatchQueue(label: "callbacks", attributes: .concurrent)
    for number in 0..<100 {
      let future = try writer.writeEvent([UInt8(number)], routingKey: "k\(number % 5)")
      future.whenComplete(on: queue) { _ in
        _ = mayEnd.wait(timeout: .now() + 30)
        ended.signal()
      }
      if number % 10 == 0 { try future.get(timeout: Self.patience) }
    }
    try writer.flush(timeout: Self.patience)
    for _ in 0..<100 { mayEnd.signal() }
    for _ in 0..<100 { XCTAssertEqual(ended.wait(timeout: .now() + 30), .success) }
    try writer.close()
  }
}
