// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// What an operator sees: nothing while all is well, a line with ids for what is rare.
final class LogLineTests: MistakeTestCase {
  private func withClient(
    _ level: LogLevel, faults: String? = nil,
    _ body: (CollectingLog, StandaloneServer, ClientConfig) throws -> Void
  ) throws {
    var configuration = StandaloneServer.Configuration()
    configuration.seeds = [.init(scope: "demo", stream: "s")]
    configuration.faults = try faults.map { try FaultPlan($0) }
    try withServer(configuration) { server in
      let log = CollectingLog(level)
      var config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      config.logSink = log
      try body(log, server, config)
    }
  }

  func testWritingReadingAndScalingAreQuietExceptForTheScale() throws {
    try withClient(.info) { log, _, config in
      let manager = try StreamManager.create(clientConfig: config)
      defer { manager.close() }
      let factory = try EventStreamClientFactory.withScope("demo", config: config)
      let writer = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
      for number in 0..<100 {
        try writer.writeEvent([UInt8(number)], routingKey: "\(number)").get()
      }
      try read(100, factory, config)
      XCTAssertEqual(log.lines.map(\.text), [])

      try manager.scaleStream(
        scope: "demo", stream: "s", sealing: [0],
        newRanges: [KeyRange(low: 0, high: 0.5), KeyRange(low: 0.5, high: 1)])
      for number in 0..<100 {
        try writer.writeEvent([UInt8(number)], routingKey: "\(number)").get()
      }
      try writer.close()
      factory.close()
      XCTAssertEqual(
        log.lines.map(\.text), ["a segment was sealed", "a segment's successors took over"])
      for line in log.lines {
        XCTAssertEqual(line.level, .info)
        XCTAssertEqual(line.value("segment"), "demo/s/0.#epoch.0")
        XCTAssertNotEqual(Int64(line.value("requestId") ?? ""), nil)
      }
    }
  }

  func testALostConnectionIsAWarningThatIsNotRepeated() throws {
    try withClient(.info) { log, server, config in
      let factory = try EventStreamClientFactory.withScope("demo", config: config)
      defer { factory.close() }
      let writer = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
      for _ in 0..<3 {
        try writer.writeEvent([1]).get()
        server.stopNetwork(.store)
        try server.startNetwork(.store)
        try writer.writeEvent([2]).get()
      }
      let lines = log.lines
      XCTAssertTrue(lines.contains { $0.text.hasPrefix("a connection was lost: ") })
      XCTAssertEqual(Set(lines.map(\.text)).count, lines.count, "\(lines)")
      XCTAssertTrue(lines.allSatisfy { $0.level == .warning && $0.value("requestId") != nil })
    }
  }

  func testClosingWithOpenWritersAndReadersIsQuiet() throws {
    try withClient(.info) { log, _, config in
      let factory = try EventStreamClientFactory.withScope("demo", config: config)
      let groups = try ReaderGroupManager.withScope("demo", config: config)
      let writer = try factory.createEventWriter(
        stream: "s", serializer: ByteArraySerializer(),
        config: EventWriterConfig(automaticallyNoteTime: true))
      try groups.createReaderGroup("g", config: .builder().stream("demo/s").build())
      let reader = try factory.createReader(
        readerId: "r", readerGroup: "g", serializer: ByteArraySerializer())
      for number in 0..<1000 { try writer.writeEvent([UInt8(number & 255)]) }
      while try reader.readNextEvent(timeout: .seconds(10)).event == nil {}
      // Events are on their way, the reader has asked for more.
      factory.close()
      groups.close()
      XCTAssertEqual(log.lines.map(\.text), [])
    }
  }

  func testClosingWhileAServerIsAwayIsNoError() throws {
    for front in StandaloneServer.Front.allCases {
      try withClient(.info) { log, server, config in
        let factory = try EventStreamClientFactory.withScope("demo", config: config)
        let writer = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
        try writer.writeEvent([1]).get()
        server.stopNetwork(.store)
        if front == .controller { server.stopNetwork(.controller) }
        let future = try writer.writeEvent([2])
        // Soon, although nobody knows yet where the segment is.
        XCTAssertTrue(eventually(within: .seconds(3)) { !log.lines.isEmpty })
        factory.close()
        XCTAssertThrowsError(try future.get(timeout: .seconds(5)))
        XCTAssertEqual(log.lines.filter { $0.level == .error }.map(\.text), [])
      }
    }
  }

  func testMovesAndRenewalsAreALineEachAndNoWarning() throws {
    let faults = [
      "AppendBlockEnd@2:wronghost": "a segment moved to another store",
      "ReadSegment@2:wronghost": "a segment moved to another store",
      "AppendBlockEnd@2:expired": "a token expired and is renewed",
      "ReadSegment@2:expired": "a token expired and is renewed",
    ]
    for (fault, text) in faults {
      try withClient(.info, faults: fault) { log, _, config in
        let factory = try EventStreamClientFactory.withScope("demo", config: config)
        defer { factory.close() }
        let writer = try factory.createEventWriter(stream: "s", serializer: ByteArraySerializer())
        for number in 0..<4 { try writer.writeEvent([UInt8(number)]).get() }
        try read(4, factory, config)
        XCTAssertEqual(log.lines.map(\.text), [text], fault)
        for line in log.lines {
          XCTAssertEqual(line.level, .info)
          XCTAssertEqual(line.value("segment"), "demo/s/0.#epoch.0")
          XCTAssertNotEqual(Int64(line.value("requestId") ?? "0"), 0)
        }
      }
    }
  }

  private func read(
    _ count: Int, _ factory: EventStreamClientFactory, _ config: ClientConfig
  ) throws {
    let groups = try ReaderGroupManager.withScope("demo", config: config)
    defer { groups.close() }
    _ = try groups.createReaderGroup(
      "g",
      config: ReaderGroupConfig.builder().stream(PravegaStream(scope: "demo", stream: "s"))
        .build())
    let reader = try factory.createReader(
      readerId: "r", readerGroup: "g", serializer: ByteArraySerializer())
    var seen = 0
    let deadline = Deadline.after(.seconds(20))
    while seen < count, !deadline.hasPassed {
      if try reader.readNextEvent(timeout: .seconds(1)).event != nil { seen += 1 }
    }
    XCTAssertEqual(seen, count)
    try reader.close()
  }
}
