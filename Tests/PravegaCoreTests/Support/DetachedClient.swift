// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaCore
@testable import PravegaNet

/// A writer and a reader of one segment at a store connection without a network: what the store
/// says is the test's, down to the byte, and nothing is repaired.
final class DetachedClient {
  let core: ClientCore
  let connection: StoreConnection
  let writer: StreamWriter
  let appender: SegmentAppender
  let reader: SegmentReader
  /// How many events were ever sent.
  private(set) var sentCount = 0
  private var writtenCount = 0
  private let feed: ReadFeed
  private let flow: SegmentFlow

  init(readingFrom offset: Int64 = 0) throws {
    let stream = PravegaStream(uncheckedScope: "s", stream: "s")
    let segment = Segment(stream, segmentID: 0)
    let core = ClientCore(directory: NoController(), factory: NoNetwork())
    core.repairs.stop()
    core.timers.close()
    self.core = core
    connection = StoreConnection(endpoint: Endpoint(host: "store", port: 1))
    writer = try StreamWriter(
      stream: stream, segments: StreamSegments([SegmentWithRange(segment, .full)]),
      environment: core)
    appender = try XCTUnwrap(writer.monitor.withLock { $0.appenders.values.first })
    flow = SegmentFlow(appender, of: writer)
    feed = ReadFeed(core)
    feed.monitor.withLock { $0.tokens[stream] = ReadToken("") }
    reader = SegmentReader(segment: segment, offset: offset, bufferSize: 1 << 16, feed: feed)
    writer.monitor.withLock { _ in appender.phase = .settingUp(connection) }
    XCTAssertTrue(connection.add(flow, id: appender.flowID))
    XCTAssertTrue(connection.add(reader, id: reader.monitor.withLock { $0.flowID }))
    reader.monitor.withLock { $0.connection = connection }
    say(try WireCodec.hello())
    reader.sendRequest()
  }

  var appendFlow: FlowID { appender.flowID }

  /// Of the question that is out.
  var readRequestID: Int64 {
    reader.monitor.withLock { $0.flowID.requestID(sequence: $0.question) }
  }

  /// Why the connection is given up.
  var failure: PravegaError? { connection.monitor.withLock { $0.failure } }

  // MARK: - The store

  func say(_ reply: some WireReply) throws { say(try reply.encoded()) }

  func say(_ bytes: [UInt8]) {
    var left = bytes[...]
    while !left.isEmpty, failure == nil {
      let space = connection.linkReceiveSpace()
      let count = min(space.count, left.count)
      space.copyBytes(from: left.prefix(count))
      left = left.dropFirst(count)
      // Whatever it throws is kept as the failure.
      try? connection.linkReceived(count)
    }
  }

  func setUpReply(_ number: Int64) -> AppendSetup {
    var reply = AppendSetup()
    reply.requestID = appendFlow.requestID(sequence: 0)
    reply.segment = "s"
    reply.writerID = appender.writerID
    reply.lastEventNumber = number
    return reply
  }

  func setUp(_ number: Int64) throws { try say(setUpReply(number)) }

  /// A reply for the writer, whatever its request id.
  func hear(_ reply: StoreReply) {
    try? reply.withFrame { frame in flow.received(frame, on: connection) }
  }

  func readerHears(_ reply: StoreReply) {
    try? reply.withFrame { frame in reader.received(frame, on: connection) }
  }

  /// What an honest store would say.
  func conversation(upTo last: Int64) throws -> [[UInt8]] {
    var pieces = [try setUpReply(.min).encoded()]
    for number in 1...last {
      var stored = DataAppended()
      stored.writerID = appender.writerID
      stored.eventNumber = number
      stored.requestID = appendFlow.requestID(sequence: 0)
      pieces.append(try stored.encoded())
      var read = SegmentRead()
      read.segment = "s"
      read.offset = (number - 1) * 9
      read.data = [0, 0, 0, 0, 0, 0, 0, 1, 7]
      read.requestID = readRequestID
      pieces.append(try read.encoded())
    }
    return pieces
  }

  // MARK: - The client

  /// Single events.
  func write(_ count: Int, sends: Bool = true) throws -> [WriteFuture] {
    let seat = WriterSeat(0, of: writer)
    let futures = try (0..<count).map { _ in
      try EventBuffer.withScratch { buffer in
        buffer.append([1, 2, 3])
        return try writer.write(buffer, fraction: 0.5, by: seat, until: .now)
      }
    }
    writtenCount += count
    if sends { send() }
    return futures
  }

  /// Events that belong together, with one future for all.
  func writeBatch(_ count: Int) throws -> [WriteFuture] {
    var batch = EventBatch()
    try EventBuffer.withScratch { buffer in
      buffer.append([1, 2, 3])
      for _ in 0..<count { try batch.add(buffer) }
    }
    let seat = WriterSeat(0, of: writer)
    let future = try writer.write(batch, fraction: 0.5, by: seat, until: .now)
    writtenCount += count
    send()
    return Array(repeating: future, count: count)
  }

  func send() {
    connection.wake(appender.flowID, isFull: true)
    var batch = SendBatch()
    while connection.linkNextBatch(&batch) { batch.removeAll() }
    if case .ready = writer.monitor.withLock({ _ in appender.phase }) { sentCount = writtenCount }
  }

  func close() {
    connection.linkClosed(nil)
    // What was lent is given back.
    reader.seek(to: 0)
    reader.close()
    writer.close()
    feed.close()
    core.close()
  }
}

private struct NoController: SegmentDirectory {
  private static let error = PravegaError(.connectionFailed, "There is no controller.")

  func currentSegments(
    of stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments { throw Self.error }

  func successors(
    of segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegmentSuccessors { throw Self.error }

  func endpoint(of segment: Segment, until deadline: Deadline) throws(PravegaError) -> Endpoint {
    throw Self.error
  }

  func delegationToken(
    for stream: PravegaStream, access: PravegaCore.TokenAccess, until deadline: Deadline
  ) throws(PravegaError) -> String { throw Self.error }
}

private struct NoNetwork: ConnectionFactory {
  func connect(
    to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt?
  ) throws(PravegaError) -> any Transport {
    throw PravegaError(.connectionFailed, "There is no network.")
  }
}
