// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaCore

/// Replies that no honest store gives, to everything of the client that takes replies: each is
/// dropped or ends in a typed error, and nothing is stored, read or kept because of it.
final class HostileRepliesTests: LeakCheckedTestCase {
  private let endpoint = Endpoint(host: "store", port: 1)

  private static let extremes: [Int64] = [
    .min, .min + 1, -(1 << 32), -1, 0, 1, 1 << 31, 1 << 32, .max - 1, .max,
  ]

  // MARK: - Single replies

  /// Every reply with its fields at their defaults, and with much in them.
  private func replies() throws -> [(row: CommandTable.Row, payload: [UInt8])] {
    var all: [(CommandTable.Row, [UInt8])] = []
    for row in CommandTable.rows where row.direction == .reply || row.direction == .failure {
      var filler = ReplyFiller()
      var full = row.type.init()
      try full.visit(&filler)
      for command in [row.type.init(), full] {
        all.append((row, Array(try command.encoded().dropFirst(WireLimits.headerByteCount))))
      }
    }
    return all
  }

  private func error<C: WireReply>(_ type: C.Type, _ reply: StoreReply) -> PravegaError? {
    do throws(PravegaError) {
      _ = try reply.decoded(type, from: endpoint)
      return nil
    } catch {
      return error
    }
  }

  /// What those errors are who ask for something and get a reply.
  private func errors(_ reply: StoreReply) -> [PravegaError?] {
    [
      error(StreamSegmentInfo.self, reply), error(SegmentRead.self, reply),
      error(SegmentAttribute.self, reply), error(SegmentAttributeUpdated.self, reply),
      error(SegmentTruncated.self, reply), error(AppendSetup.self, reply),
      error(DataAppended.self, reply), error(TableRead.self, reply),
      error(TableKeysRead.self, reply), error(TableEntriesRead.self, reply),
      error(TableEntriesDeltaRead.self, reply), error(TableEntriesUpdated.self, reply),
      error(TableKeysRemoved.self, reply), error(TableSegmentInfo.self, reply),
    ]
  }

  /// At most the one who asked for it gets an answer, all others an error with words.
  private func check(_ row: CommandTable.Row, _ payload: [UInt8], _ what: String) {
    let errors = errors(StoreReply(code: row.code, payload: payload))
    XCTAssertLessThanOrEqual(errors.count { $0 == nil }, 1, "\(row.name) \(what)")
    let decodes =
      payload.withUnsafeBytes { try? CommandTable.decode(code: row.code, payload: $0) } != nil
    for error in errors.compactMap({ $0 }) {
      XCTAssertFalse(error.message.isEmpty)
      guard decodes, row.direction == .failure else {
        XCTAssertEqual(error.code, .invalidMessage, "\(row.name) \(what)")
        XCTAssertEqual(error.retry, .safe, "\(row.name) \(what)")
        continue
      }
    }
    if decodes, row.direction == .failure {
      XCTAssertEqual(Set(errors.map { $0?.code }).count, 1, "\(row.name) means one thing to all")
    }
  }

  func testEveryReplyCutAnywhereIsATypedError() throws {
    for (row, payload) in try replies() {
      for length in 0...payload.count { check(row, Array(payload[..<length]), "cut at \(length)") }
    }
  }

  func testEveryReplyWithAByteChangedIsATypedError() throws {
    for (row, payload) in try replies() {
      for index in payload.indices {
        for byte in [0, 0x7f, 0x80, 0xff] as [UInt8] {
          var changed = payload
          changed[index] = byte
          check(row, changed, "\(byte) at \(index)")
        }
      }
    }
  }

  /// Names what it is about to need in lengths: nothing of the size is set aside.
  func testEveryReplyWithALengthThatLiesIsATypedError() throws {
    for (row, payload) in try replies() where payload.count >= 4 {
      for index in 0...payload.count - 4 {
        for length in [Int32.max, -1, 1 << 24] {
          var changed = payload
          changed.replaceSubrange(
            index..<index + 4, with: withUnsafeBytes(of: length.bigEndian) { Array($0) })
          check(row, changed, "length \(length) at \(index)")
        }
      }
    }
  }

  func testWhatOnlyClientsSendIsAnEcho() {
    for row in CommandTable.rows where row.direction == .request {
      for error in errors(StoreReply(code: row.code, payload: [])) {
        XCTAssertEqual(error?.code, .invalidMessage, row.name)
        XCTAssertEqual(error?.message.contains("sends back what it is sent"), true, row.name)
      }
    }
  }

  // MARK: - Frames

  private func header(_ code: Int32, _ length: Int32) -> [UInt8] {
    [code, length].flatMap { number in withUnsafeBytes(of: number.bigEndian) { Array($0) } }
  }

  /// Nothing is set aside for what cannot be.
  func testHeadersThatAreNone() throws {
    for length in [-1, .min, .max, Int32(WireLimits.maxPayloadToClient) + 1] {
      for code in [DataAppended.code, SegmentRead.code, 12_345] {
        let client = try DetachedClient()
        client.say(header(code, length))
        XCTAssertEqual(client.failure?.code, .invalidMessage, "\(code) of \(length) bytes")
        XCTAssertEqual(client.failure?.retry, .safe)
        client.close()
      }
    }
    let client = try DetachedClient()
    client.say(header(SegmentRead.code, Int32(WireLimits.maxPayloadToClient)))
    XCTAssertNil(client.failure)
    client.close()
  }

  func testRepliesTooShortForARequestIDEndTheConnection() throws {
    for row in CommandTable.rows where row.direction == .reply || row.direction == .failure {
      for length in 0..<8 {
        let client = try DetachedClient()
        client.say(header(row.code, Int32(length)) + [UInt8](repeating: 0, count: length))
        // An acknowledgement of an old store has no id and so no flow.
        let isOld = [DataAppended.code, ConditionalCheckFailed.code].contains(row.code)
        XCTAssertEqual(client.failure?.code, isOld ? nil : .invalidMessage, "\(row.name) \(length)")
        client.close()
      }
    }
  }

  /// Any reply to a writer and a reader that did not ask for it, with each of its fields filled.
  func testRepliesThatTheirFlowDidNotAskFor() throws {
    let writers = [
      DataAppended.code, AppendSetup.code, SegmentIsSealed.code, NoSuchSegment.code, WrongHost.code,
      AuthTokenCheckFailed.code,
    ]
    let readers = [
      SegmentRead.code, SegmentIsSealed.code, NoSuchSegment.code, SegmentIsTruncated.code,
      WrongHost.code, AuthTokenCheckFailed.code,
    ]
    for (row, payload) in try replies() {
      let reply = StoreReply(code: row.code, payload: payload)
      for isWriter in [true, false] {
        let client = try DetachedClient()
        try client.setUp(.min)
        let future = try client.write(1)[0]
        if isWriter { client.hear(reply) } else { client.readerHears(reply) }
        let isKnown = (isWriter ? writers : readers).contains(row.code)
        if !isKnown, isWriter || row.direction == .reply {
          XCTAssertNotNil(client.failure, "\(row.name) \(isWriter)")
          XCTAssertEqual(client.failure?.retry, .safe, "\(row.name) \(isWriter)")
        }
        if case .success? = future.result { XCTFail("\(row.name) is no acknowledgement") }
        client.close()
        XCTAssertEqual(client.core.buffers.bytesInUse, 0, row.name)
        XCTAssertEqual(client.core.readBudget.used, 0, row.name)
      }
    }
  }

  // MARK: - Acknowledgements

  private func acknowledge(_ number: Int64, _ client: DetachedClient) throws {
    var reply = DataAppended()
    reply.eventNumber = number
    reply.requestID = client.appendFlow.requestID(sequence: 0)
    reply.currentSegmentWriteOffset = number
    try client.say(reply)
  }

  /// Two events in a block and a batch of three in another are sent, one more is open.
  func testNumbersOfAcknowledgements() throws {
    for number in Self.extremes + Array(-1...8) {
      let client = try DetachedClient()
      try client.setUp(.min)
      let sent = [try client.write(2), try client.writeBatch(3)].flatMap { $0 }
      let open = try client.write(1, sends: false)
      try acknowledge(number, client)
      let stored = sent.map { $0.isDone }
      XCTAssertFalse(open[0].isDone, "\(number)")
      let isLie = number > 5
      XCTAssertEqual(client.failure?.code, isLie ? .invalidMessage : nil, "\(number)")
      if isLie { XCTAssertEqual(client.failure?.retry, .safe) }
      let isFirst = !isLie && number >= 2
      XCTAssertEqual(
        stored, [isFirst, isFirst] + Array(repeating: number == 5, count: 3), "\(number)")
      client.close()
      XCTAssertEqual(client.core.buffers.bytesInUse, 0)
    }
  }

  func testAcknowledgementsBeforeTheSetUpMeanNothing() throws {
    for number in Self.extremes {
      let client = try DetachedClient()
      let future = try client.write(1)[0]
      try acknowledge(number, client)
      XCTAssertFalse(future.isDone)
      XCTAssertNil(client.failure)
      client.close()
    }
  }

  func testAcknowledgementsThatAreTooShortEndTheConnection() throws {
    var reply = DataAppended()
    let client = try DetachedClient()
    reply.requestID = client.appendFlow.requestID(sequence: 0)
    client.close()
    let whole = try reply.encoded()
    for length in 0..<16 {
      let client = try DetachedClient()
      try client.setUp(.min)
      let future = try client.write(1)[0]
      let cut = Array(whole[8..<8 + length])
      client.hear(StoreReply(code: DataAppended.code, payload: cut))
      XCTAssertEqual(client.failure?.code, .invalidMessage, "\(length)")
      XCTAssertFalse(future.isDone)
      client.close()
    }
  }

  // MARK: - Reads

  private func read(
    _ offset: Int64, _ data: [UInt8], _ client: DetachedClient, isEnd: Bool = false
  ) throws {
    var reply = SegmentRead()
    reply.requestID = client.readRequestID
    reply.segment = "s"
    reply.offset = offset
    reply.endOfSegment = isEnd
    reply.data = data
    try client.say(reply)
  }

  private static func event(_ length: Int32, type: Int32 = 0, _ payload: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: type.bigEndian) { Array($0) }
      + withUnsafeBytes(of: length.bigEndian) { Array($0) } + payload
  }

  /// Bytes from elsewhere are never taken for those that were asked for.
  func testOffsetsOfReadReplies() throws {
    for offset in Self.extremes + [8, 9, 10] {
      let client = try DetachedClient(readingFrom: 9)
      try read(offset, Self.event(1, [7]), client)
      if offset == 9 {
        guard case .event(let event) = client.reader.next() else { return XCTFail("no event") }
        XCTAssertEqual(Array(event.bytes), [7])
      } else {
        guard case .notReady = client.reader.next() else { return XCTFail("\(offset)") }
      }
      XCTAssertNil(client.failure)
      client.close()
      XCTAssertEqual(client.core.readBudget.used, 0, "\(offset)")
    }
  }

  func testMoreThanWasAskedForIsNotKept() throws {
    let client = try DetachedClient()
    let asked = client.core.readBudget.used
    let events = (0..<asked).flatMap { _ in Self.event(1, [7]) }
    try read(0, events, client)
    XCTAssertNil(client.failure)
    XCTAssertLessThanOrEqual(client.core.readBudget.used, 2 * asked)
    var count = 0
    while case .event = client.reader.next() { count += 1 }
    XCTAssertEqual(count, asked / 9)
    client.close()
    XCTAssertEqual(client.core.readBudget.used, 0)
  }

  func testReadRepliesWhoseLengthsLieEndTheConnection() throws {
    var reply = SegmentRead()
    reply.segment = "s"
    reply.data = Self.event(1, [7])
    let whole = Array(try reply.encoded().dropFirst(8))
    let data = 2 + 1 + 8 + 2
    for length in [Int32.max, 1000, -1, .min] {
      var payload = whole
      payload.replaceSubrange(
        data..<data + 4, with: withUnsafeBytes(of: length.bigEndian) { Array($0) })
      let client = try DetachedClient()
      client.readerHears(StoreReply(code: SegmentRead.code, payload: payload))
      XCTAssertEqual(client.failure?.code, .invalidMessage, "\(length)")
      XCTAssertEqual(client.failure?.retry, .safe, "\(length)")
      client.close()
      XCTAssertEqual(client.core.readBudget.used, 0, "\(length)")
    }
  }

  func testBytesThatAreNoEventsAreATypedError() throws {
    let cases: [([UInt8], PravegaError.Code)] = [
      (Self.event(1, type: 1, [7]), .corruptedState),
      (Self.event(1, type: -1, [7]), .corruptedState),
      (Self.event(-1, []), .corruptedState), (Self.event(.min, []), .corruptedState),
      (Self.event(.max, [1, 2]), .resourceExhausted),
    ]
    for (bytes, code) in cases {
      let client = try DetachedClient()
      try read(0, bytes, client)
      guard case .end(.failed(let error)) = client.reader.next() else { return XCTFail("\(bytes)") }
      XCTAssertEqual(error.code, code, "\(bytes)")
      client.close()
      XCTAssertEqual(client.core.readBudget.used, 0)
    }
  }

  /// A sealed segment ends with an event. One that does not is not at its end: the rest is missing.
  func testASegmentThatEndsInsideAnEventIsATypedError() throws {
    for length in [1, 7, 8, 10] {
      let client = try DetachedClient()
      try read(0, Self.event(1, [7]) + Self.event(3, [1, 2, 3])[..<length], client, isEnd: true)
      guard case .event = client.reader.next() else { return XCTFail("\(length)") }
      guard case .end(.failed(let error)) = client.reader.next() else {
        return XCTFail("\(length) bytes were lost in silence")
      }
      XCTAssertEqual(error.code, .corruptedState)
      client.close()
    }
    let client = try DetachedClient()
    try read(0, Self.event(1, [7]), client, isEnd: true)
    guard case .event = client.reader.next() else { return XCTFail("no event") }
    guard case .end(.endOfSegment) = client.reader.next() else { return XCTFail("no end") }
    client.close()
  }

  // MARK: - Revisioned streams

  private func entries(
    _ raw: LyingSegment, from offset: Int64 = 0
  ) -> (entries: [RevisionedSegment.Entry], error: PravegaError?) {
    var entries: [RevisionedSegment.Entry] = []
    do {
      try RevisionedSegment(raw).forEachEntry(from: offset, until: .distantFuture) { entry in
        entries.append(entry)
        return true
      }
    } catch { return (entries, error as? PravegaError) }
    return (entries, nil)
  }

  func testOffsetsBetweenWhichNoSegmentLies() {
    for start in Self.extremes {
      for end in Self.extremes where start < 0 || end < start {
        let raw = LyingSegment(start: start, end: end) { _ in [] }
        XCTAssertEqual(entries(raw).error?.code, .invalidMessage, "\(start) to \(end)")
      }
    }
    let raw = LyingSegment(start: .max, end: .max) { _ in [] }
    XCTAssertEqual(entries(raw).error?.code, .segmentTruncated)
    XCTAssertNil(entries(raw, from: .max).error)
  }

  func testWhatIsNoEntry() {
    let headers: [(Int32, Int32)] = [
      (1, 1), (-1, 1), (0, -1), (0, .min), (0, .max), (0, 17 << 20), (0, 1 << 30),
    ]
    for (type, length) in headers {
      let raw = LyingSegment(start: 0, end: .max) { _ in
        Self.event(length, type: type, [UInt8](repeating: 0, count: 100_000))
      }
      let result = entries(raw)
      XCTAssertEqual(result.error?.code, .corruptedState, "\(type) \(length)")
      XCTAssertEqual(result.entries, [])
      XCTAssertEqual(raw.readCount, 1, "\(type) \(length): read on for what cannot be")
    }
  }

  func testEntriesThatSpanTheEndOrComeInPieces() {
    let entry = Self.event(3, [1, 2, 3])
    for end in 1..<22 {
      let raw = LyingSegment(start: 0, end: Int64(end)) { offset in
        Array((entry + entry)[Int(offset)...].prefix(1))
      }
      let result = entries(raw)
      XCTAssertEqual(result.entries.count, end / 11)
      XCTAssertEqual(result.error?.code, end == 11 ? nil : .corruptedState, "\(end)")
    }
  }

  // MARK: - Everything at once

  func testMutatedConversationsNeverTrapAndLeaveNothing() throws {
    var random = SeededGenerator(seed: 11)
    for round in 0..<3_000 {
      let client = try DetachedClient()
      var events: [WriteFuture] = []
      for var piece in try client.conversation(upTo: 6) {
        for _ in 0..<Int.random(in: 0...2, using: &random) {
          let at = Int.random(in: piece.indices, using: &random)
          switch Int.random(in: 0...3, using: &random) {
          case 0: piece[at] = UInt8.random(in: 0...255, using: &random)
          case 1: piece[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
          case 2: piece.removeLast(piece.count - at)
          default: piece.insert(contentsOf: [0xff, 0xff, 0xff, 0xff], at: at)
          }
          if piece.isEmpty { break }
        }
        client.say(piece)
        while case .event(let event) = client.reader.next() {
          XCTAssertLessThanOrEqual(event.bytes.count, 1 << 16)
        }
        guard client.failure == nil else { break }
        events += try client.write(1, sends: false)
      }
      for future in events.dropFirst(client.sentCount) {
        XCTAssertFalse(future.isDone && !future.isFailed, "round \(round): stored, never sent")
      }
      client.close()
      XCTAssertEqual(client.core.buffers.bytesInUse, 0, "round \(round)")
      XCTAssertEqual(client.core.readBudget.used, 0, "round \(round)")
    }
  }
}

/// A revisioned stream's segment at a store that says what it likes.
private final class LyingSegment: RawSegment {
  let segment = Segment(scope: "s", stream: "s", number: 0)
  private let offsets: (start: Int64, end: Int64)
  private let bytes: @Sendable (Int64) -> [UInt8]
  private let reads = Monitor(0)

  init(start: Int64, end: Int64, _ bytes: @escaping @Sendable (Int64) -> [UInt8]) {
    offsets = (start, end)
    self.bytes = bytes
  }

  var readCount: Int { reads.withLock { $0 } }

  func info(until deadline: Deadline) throws -> RawSegmentInfo {
    RawSegmentInfo(startOffset: offsets.start, writeOffset: offsets.end)
  }

  func read(at offset: Int64, length: Int, until deadline: Deadline) throws -> [UInt8] {
    let count = reads.withLock { count in
      count += 1
      return count
    }
    guard count < 1_000 else { throw PravegaError(.illegalState, "it reads without end") }
    return bytes(offset)
  }

  func append(_ data: [UInt8], until deadline: Deadline) throws {}

  func append(
    _ data: [UInt8], ifWriteOffsetIs offset: Int64, until deadline: Deadline
  ) throws -> Bool { false }

  func attribute(_ id: UniqueID, until deadline: Deadline) throws -> Int64? { nil }

  func setAttribute(
    _ id: UniqueID, from expected: Int64?, to value: Int64?, until deadline: Deadline
  ) throws -> Bool { false }

  func truncate(before offset: Int64, until deadline: Deadline) throws {}
  func close() {}
}
