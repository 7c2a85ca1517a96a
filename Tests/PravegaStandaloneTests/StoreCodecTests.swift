// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaStandalone

/// What the store reads and writes by hand is what the field lists read and write.
final class StoreCodecTests: XCTestCase {
  private let writer = WireUUID(high: 1, low: 2)
  private var random = HostileRandom(seed: 5)

  /// A connection without a link, to which bytes are given on this thread.
  private func connect(_ core: SegmentStore) throws -> StoreConnection {
    let services = StoreServices(
      faults: nil, tokens: nil, timers: nil, sealSegment: { _ in }, log: { _ in },
      closed: { _ in })
    return StoreConnection(core: core, services: services, number: 1)
  }

  private func give(_ bytes: [UInt8], to connection: StoreConnection) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let space = connection.linkReceiveSpace()
      let count = min(space.count, rest.count)
      space.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      try connection.linkReceived(count)
    }
  }

  private func sent(by connection: StoreConnection) -> [UInt8] {
    var bytes: [UInt8] = []
    for part in connection.shared.withLock({ $0.outgoing.take() }) {
      switch part {
      case .bytes(let some): bytes += some
      case .slice(let slice):
        bytes += UnsafeRawBufferPointer(start: slice.pointer, count: slice.count)
      }
    }
    return bytes
  }

  private func setUp(_ core: SegmentStore) throws -> StoreConnection {
    let connection = try connect(core)
    var setup = SetupAppend()
    (setup.writerID, setup.segment) = (writer, "s")
    try give(setup.encoded(), to: connection)
    XCTAssertEqual(try decode(AppendSetup.self, sent(by: connection)).writerID, writer)
    return connection
  }

  private func decode<T: WireCommand>(_ type: T.Type, _ frame: [UInt8]) throws -> T {
    XCTAssertEqual(frame.prefix(4).reduce(0) { $0 << 8 | Int32($1) }, type.code)
    return try frame.withUnsafeBytes {
      try T(payload: UnsafeRawBufferPointer(rebasing: $0[8...]))
    }
  }

  private func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 30) }
  }

  /// A frame with the first bytes of a payload, its length put right.
  private func cut(_ frame: [UInt8], to count: Int) -> [UInt8] {
    let length = (0..<4).map { UInt8(count >> (24 - 8 * $0) & 255) }
    return Array(frame[..<4]) + length + frame[8..<(8 + count)]
  }

  // MARK: - Appends

  private func appends() -> [(any WireCommand, stored: [UInt8])] {
    let data = bytes(Int(random.next() % 40))
    let number = Int64(random.next() >> 1)
    let requestID = Int64(bitPattern: random.next())
    var end = AppendBlockEnd()
    (end.writerID, end.data, end.numEvents) = (writer, data, 1 + Int32(random.next() % 9))
    (end.lastEventNumber, end.requestID) = (number, requestID)
    var event = ConditionalAppend()
    (event.writerID, event.eventNumber, event.expectedOffset) = (writer, number, 0)
    (event.event.data, event.requestID) = (data, requestID)
    var raw = ConditionalBlockEnd()
    (raw.writerID, raw.eventNumber, raw.expectedOffset) = (writer, number, 0)
    (raw.data, raw.requestID) = (data, requestID)
    let framed = [0, 0, 0, 0, 0, 0, 0, UInt8(data.count)] + data
    return [(end, data), (event, framed), (raw, data)]
  }

  func testRandomAppendsAreStoredAndAcknowledgedAsTheFieldListsSay() throws {
    for _ in 0..<50 {
      for (command, stored) in appends() {
        let core = SegmentStore()
        try core.create("s")
        let connection = try setUp(core)
        try give(command.encoded(), to: connection)
        let answer = try decode(DataAppended.self, sent(by: connection))
        XCTAssertEqual(try core.bytes(of: "s", from: 0, length: 100), stored)
        let fields = try FieldsByName.collect(command)
        XCTAssertEqual(answer.requestID, fields["requestId"])
        XCTAssertEqual(answer.eventNumber, fields["lastEventNumber"] ?? fields["eventNumber"])
        XCTAssertEqual(answer.currentSegmentWriteOffset, Int64(stored.count))
      }
    }
  }

  /// Where the field list cannot read a frame the store stores nothing and ends the connection;
  /// where it can, because only the request id is missing, the append is stored.
  func testAppendsCutAtEveryByteAreReadAsTheFieldListsReadThem() throws {
    for (command, stored) in appends() {
      let frame = try command.encoded()
      for count in 0..<(frame.count - 8) {
        let core = SegmentStore()
        try core.create("s")
        let connection = try setUp(core)
        let short = cut(frame, to: count)
        let isReadable = short.withUnsafeBytes { bytes in
          let payload = UnsafeRawBufferPointer(rebasing: bytes[8...])
          return (try? type(of: command).init(payload: payload)) != nil
        }
        try give(short, to: connection)
        XCTAssertEqual(connection.isOver, !isReadable, "\(type(of: command)) cut at \(count)")
        let found = try core.bytes(of: "s", from: 0, length: 100)
        XCTAssertEqual(found, isReadable ? stored : [], "\(type(of: command)) cut at \(count)")
      }
    }
  }

  func testLengthsThatLieStoreNothing() throws {
    for (command, _) in appends() {
      let frame = try command.encoded()
      // Every aligned and unaligned place where a length may stand gets impossible values.
      for place in 24..<(frame.count - 3) {
        for value: [UInt8] in [[0x7f, 255, 255, 255], [255, 255, 255, 255], [128, 0, 0, 0]] {
          let core = SegmentStore()
          try core.create("s")
          let connection = try setUp(core)
          var wrong = frame
          wrong.replaceSubrange(place..<(place + 4), with: value)
          try give(wrong, to: connection)
          XCTAssertLessThanOrEqual(try core.info("s").length, 48)
        }
      }
    }
  }

  // MARK: - Blocks

  /// Whole events in a block, the last one split over its remainder and the end.
  func testEventsSplitAnywhereBetweenBlockAndEndAreWhole() throws {
    let first: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 3, 7, 8, 9]
    let second: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5]
    for split in 0...second.count {
      let core = SegmentStore()
      try core.create("s")
      let connection = try setUp(core)
      var part = PartialEvent()
      part.data = Array(second[..<split])
      var block = AppendBlock()
      (block.writerID, block.data) = (writer, first + (try part.encoded()))
      var end = AppendBlockEnd()
      (end.writerID, end.sizeOfWholeEvents, end.data) = (
        writer, Int32(first.count), Array(second[split...])
      )
      (end.numEvents, end.lastEventNumber) = (2, 2)
      try give(block.encoded() + end.encoded(), to: connection)
      XCTAssertEqual(try core.bytes(of: "s", from: 0, length: 100), first + second)
    }
  }

  func testBlocksCutAtEveryByteAndSizesThatLieStoreNothingWrong() throws {
    let event: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 3, 7, 8, 9]
    var padding = Padding()
    padding.zeros = [0, 0, 0]
    let data = event + (try padding.encoded())
    for count in 0...data.count {
      for size in [Int32.min, -1, 0, 8, 11, 12, 22, 23, .max] {
        let core = SegmentStore()
        try core.create("s")
        let connection = try setUp(core)
        var block = AppendBlock()
        (block.writerID, block.data) = (writer, Array(data[..<count]))
        var end = AppendBlockEnd()
        (end.writerID, end.sizeOfWholeEvents, end.numEvents, end.lastEventNumber) = (
          writer, size, 1, 1
        )
        try give(block.encoded() + end.encoded(), to: connection)
        let stored = try core.bytes(of: "s", from: 0, length: 100)
        XCTAssertTrue(data.starts(with: stored), "\(count) \(size)")
        XCTAssertTrue(stored.isEmpty || stored.count == Int(size), "\(count) \(size)")
      }
    }
  }

  /// What Java's append encoder wrote, block by block, is stored as the events that it was given.
  func testAppendsOfTheJavaEncoderAreStoredWhole() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/vectors/wire_and_framing.json")
    let vectors = try XCTUnwrap(
      JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    let names = ["scope/stream/0.#epoch.0", "scope/stream/1.#epoch.0"]
    for run in try XCTUnwrap(vectors["appendEncoder"] as? [[String: Any]]) {
      let core = SegmentStore()
      for name in names { try core.create(name) }
      let connection = try connect(core)
      let steps = try XCTUnwrap(run["steps"] as? [[String: String]])
      for step in steps { try give(bytes(hex: step["bytesHex"] ?? ""), to: connection) }
      XCTAssertFalse(connection.isOver)
      let lengths = try names.flatMap {
        try eventLengths(core.bytes(of: $0, from: 0, length: 1000))
      }
      XCTAssertEqual(lengths.count, steps.count { $0["call"]?.hasPrefix("append #") == true })
      XCTAssertEqual(Set(lengths).subtracting([4, 8, 24]), [])
    }
  }

  /// The lengths of the events that the bytes are made of.
  private func eventLengths(_ bytes: [UInt8]) throws -> [Int] {
    var lengths: [Int] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let header = rest.prefix(8)
      XCTAssertEqual(Array(header.prefix(4)), [0, 0, 0, 0])
      let length = header.suffix(4).reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 8 + length else { throw WireError.truncated(field: "event") }
      lengths.append(length)
      rest = rest.dropFirst(8 + length)
    }
    return lengths
  }

  private func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
  }

  // MARK: - Reads

  func testReadRepliesAreTheBytesOfTheFieldList() throws {
    for round in 0..<40 {
      let core = SegmentStore()
      let name = String(repeating: "n", count: 1 + round)
      try core.create(name)
      let content = bytes(100 + round * 50)
      try core.append(content, to: name)
      if round % 2 == 0 { try core.seal(name) }
      let connection = try connect(core)
      var read = ReadSegment()
      (read.segment, read.requestID) = (name, Int64(bitPattern: random.next()))
      read.offset = Int64(random.next() % UInt64(content.count))
      read.suggestedLength = Int32(truncatingIfNeeded: random.next() % 3000)
      try give(read.encoded(), to: connection)
      let frame = sent(by: connection)
      let wanted = max(8, Int(read.suggestedLength))
      var reply = SegmentRead()
      (reply.segment, reply.offset, reply.requestID) = (name, read.offset, read.requestID)
      reply.data = Array(content[Int(read.offset)...].prefix(wanted))
      let isShort = reply.data.count < wanted
      (reply.atTail, reply.endOfSegment) = (isShort && round % 2 == 1, isShort && round % 2 == 0)
      XCTAssertEqual(frame, try reply.encoded())
    }
  }
}

/// The 64-bit fields of a command by name.
private struct FieldsByName: FieldVisitor {
  private(set) var numbers: [String: Int64] = [:]

  static func collect(_ command: any WireCommand) throws -> [String: Int64] {
    var fields = FieldsByName()
    var copy = command
    try copy.visit(&fields)
    return fields.numbers
  }

  mutating func int8(_ name: StaticString, _ value: inout Int8) {}
  mutating func int32(_ name: StaticString, _ value: inout Int32) {}
  mutating func bool(_ name: StaticString, _ value: inout Bool) {}
  mutating func uuid(_ name: StaticString, _ value: inout WireUUID) {}
  mutating func string(_ name: StaticString, _ value: inout String) {}
  mutating func secret(_ name: StaticString, _ value: inout String) {}
  mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) {}
  mutating func rest(_ name: StaticString, _ value: inout [UInt8]) {}
  mutating func hasMore(_ byteCount: Int) -> Bool { true }
  mutating func int64(_ name: StaticString, _ value: inout Int64) {
    numbers[name.description] = value
  }
  mutating func list<Element>(
    _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
    _ visit: (inout Self, inout Element) throws(WireError) -> Void
  ) throws(WireError) {}
}
