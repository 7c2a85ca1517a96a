// SPDX-License-Identifier: Apache-2.0

// joined: PravegaThreads PravegaNet PravegaWire
// joined: PravegaCore/Connection PravegaCore/Segment PravegaCore/State PravegaCore/Errors
// joined: PravegaCore/Retry PravegaCore/Logging PravegaCore/Model PravegaCore/Security
// joined: PravegaCore/ReaderGroup PravegaCore/Controller/SegmentDirectory.swift
// joined: PravegaCore/Controller/StreamSegments.swift
// joined: PravegaCore/Controller/StreamSegments+Replace.swift
// without: ControllerGroupDirectory|Client|ClientConfig|TLSConnector|ReaderGroups|EventWriterCore|WriterTimeNotes
// renamed: PravegaWire ModifiedUTF8
// renamed: PravegaWire AppendBlock
// renamed: PravegaWire PartialEvent
// seeds: store-replies
// longest: 2048
// memory: 17

/// What a segment store says, to everything of the client that listens. The first byte chooses:
/// whole conversations, single replies, the bytes of events, or those of a revisioned stream.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: start, count: count)[...]
  guard let first = input.first, input.count > 2 else { return 0 }
  switch first & 3 {
  case 0:
    var conversation = Conversation(input.dropFirst())
    conversation.play()
  case 1: single(input.dropFirst())
  case 2: events(input.dropFirst())
  default: revisions(input.dropFirst())
  }
  return 0
}

private typealias Input = Slice<UnsafeRawBufferPointer>

// MARK: - Conversations

private let stream = PravegaStream(uncheckedScope: "s", stream: "s")
private let segment = Segment(stream, segmentID: 0)
private let endpoint = Endpoint(host: "h", port: 1)
private let core = makeCore()
private let feed = makeFeed()
private let payload: [UInt8] = [1, 2, 3]

/// Without threads: what would be repaired is left as it is.
private func makeCore() -> ClientCore {
  let core = ClientCore(directory: NoController(), factory: NoNetwork())
  core.repairs.stop()
  core.timers.close()
  return core
}

private func makeFeed() -> ReadFeed {
  let feed = ReadFeed(core)
  feed.monitor.withLock { $0.tokens[stream] = ReadToken("") }
  return feed
}

private struct NoController: SegmentDirectory {
  private static let error = PravegaError(.connectionFailed, "no controller")

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
    for stream: PravegaStream, access: TokenAccess, until deadline: Deadline
  ) throws(PravegaError) -> String { throw Self.error }
}

private struct NoNetwork: ConnectionFactory {
  func connect(
    to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt?
  ) throws(PravegaError) -> any Transport { throw PravegaError(.connectionFailed, "no network") }
}

/// The bytes of a store, in pieces, at up to three connections one after the other: with a writer
/// of one segment (flow 1), a reader (flow 2), a request (flow 3) and an append of a state (flow 4).
/// The first byte says what is written meanwhile and the size of the pieces.
private struct Conversation {
  private var input: Input
  private let choice: UInt8
  private let writer: StreamWriter
  private let appender: SegmentAppender
  private let reader: SegmentReader
  private var futures: [WriteFuture] = []
  /// How many of them were ever sent.
  private var sentCount = 0

  init(_ bytes: Input) {
    input = bytes.dropFirst()
    choice = bytes.first ?? 0
    let segments = try? StreamSegments([SegmentWithRange(segment, .full)])
    guard let segments,
      let writer = try? StreamWriter(
        stream: stream, segments: segments, environment: core)
    else { preconditionFailure("no writer") }
    let appender = SegmentAppender(segment: segment, writerID: WireUUID())
    writer.monitor.withLock { state in
      state.appenders = [segment.segmentID: appender]
      state.install(segments) { SegmentAppender(segment: $0) }
    }
    self.writer = writer
    self.appender = appender
    reader = SegmentReader(segment: segment, offset: 0, bufferSize: 1 << 16, feed: feed)
  }

  mutating func play() {
    write()
    for _ in 0..<3 where !input.isEmpty { connection() }
    let stored = futures.prefix { if case .success? = $0.result { true } else { false } }
    precondition(stored.count <= sentCount, "an event is stored that was never sent")
    for future in futures[stored.count...] {
      if case .success? = future.result { preconditionFailure("stored before an older event") }
    }
    reader.close()
    writer.close()
    precondition(futures.allSatisfy(\.isDone))
  }

  /// Single events and a batch, in a block.
  private mutating func write() {
    guard futures.count < 100 else { return }
    let seat = WriterSeat(0, of: writer)
    for _ in 0..<Int(choice & 3) {
      let future = EventBuffer.withScratch { buffer in
        buffer.append(payload)
        return try? writer.write(buffer, fraction: 0.5, by: seat, until: .now)
      }
      if let future { futures.append(future) }
    }
    guard choice & 4 == 0 else { return }
    var batch = EventBatch()
    EventBuffer.withScratch { buffer in
      buffer.append(payload)
      for _ in 0..<3 { try? batch.add(buffer) }
    }
    guard let future = try? writer.write(batch, fraction: 0.5, by: seat, until: .now) else {
      return
    }
    futures += [WriteFuture](repeating: future, count: 3)
    // A block that is whole and waits, as with much to write.
    writer.monitor.withLock { _ in appender.freezeOpenBlock() }
  }

  private mutating func connection() {
    let connection = StoreConnection(endpoint: endpoint)
    let states = AppendReplyFlow()
    let request = RequestFlow()
    let flow = SegmentFlow(appender, of: writer)
    join(connection, flow, states, request)
    while !input.isEmpty, connection.isUsable {
      let space = connection.linkReceiveSpace()
      let size = min(space.count, input.count, (Int(choice >> 3) + 1) * 8)
      space.copyBytes(from: input.prefix(size))
      input = input.dropFirst(size)
      guard (try? connection.linkReceived(size)) != nil else { break }
      send(connection)
      while case .event(let event) = reader.next() { precondition(event.end > event.start) }
      send(connection)
    }
    connection.linkClosed(nil)
    if case .success(let reply)? = request.reply.peek() { look(reply) }
    _ = connection.linkTick()
  }

  private func join(
    _ connection: StoreConnection, _ flow: SegmentFlow, _ states: AppendReplyFlow,
    _ request: RequestFlow
  ) {
    reader.monitor.withLock { state in
      guard !state.isClosed else { return }
      state.connection = connection
      state.flowID = FlowID(value: 2)
    }
    let isIn = writer.monitor.withLock { _ -> Bool in
      guard case .disconnected = appender.phase else { return false }
      appender.phase = .settingUp(connection)
      return true
    }
    if isIn {
      // Under its own number, too, by which it is asked for its blocks.
      _ = connection.add(flow, id: appender.flowID)
      _ = connection.add(flow, id: FlowID(value: 1))
    }
    _ = connection.add(reader, id: FlowID(value: 2))
    _ = connection.add(request, id: FlowID(value: 3))
    _ = connection.add(states, id: FlowID(value: 4))
    let id = FlowID(value: 4).requestID(sequence: 1)
    _ = try? states.exchange([], id, on: connection, until: .now)
    reader.sendRequest()
  }

  private mutating func send(_ connection: StoreConnection) {
    write()
    connection.wake(appender.flowID, isFull: true)
    var batch = SendBatch()
    while connection.linkNextBatch(&batch) { batch.removeAll() }
    let isSent = writer.monitor.withLock { _ -> Bool in
      guard case .ready = appender.phase else { return false }
      return appender.open == nil && appender.sentCount == appender.blocks.count
    }
    if isSent { sentCount = futures.count }
  }
}

// MARK: - Single replies

/// Four bytes of code, then the payload.
private func single(_ input: Input) {
  guard input.count >= 4 else { return }
  let bytes = UnsafeRawBufferPointer(rebasing: input)
  let code = Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))
  let payload = UnsafeRawBufferPointer(rebasing: bytes[4...])
  let frame = ReceivedFrame(code: code, payload: payload, slab: nil)
  check(frame, WireCodec.requestID(of: frame))
  _ = try? WireCodec.checkHello(frame, from: endpoint)
  if let read = ReadReply(frame) {
    let name = Int(frame.uint16(at: 0) ?? 0)
    precondition(2 + name + 14 + read.data.count <= payload.count, "bytes that did not come")
    for limit in [0, 1, Int.max] { precondition(read.limited(to: limit).data.count <= limit) }
  }
  look(StoreReply(code: code, payload: Array(payload)))
}

/// What is found without decoding is what decoding finds.
private func check(_ frame: ReceivedFrame, _ requestID: Int64?) {
  guard let command = try? CommandTable.decode(code: frame.code, payload: frame.payload) else {
    return
  }
  switch command {
  case let reply as DataAppended: precondition(requestID == reply.requestID)
  case let reply as ConditionalCheckFailed: precondition(requestID == reply.requestID)
  case let reply as InvalidEventNumber: precondition(requestID == reply.requestID)
  case let reply as AppendSetup: precondition(requestID == reply.requestID)
  case let reply as SegmentIsSealed: precondition(requestID == reply.requestID)
  case let reply as TableEntriesRead: precondition(requestID == reply.requestID)
  case let reply as SegmentRead:
    precondition(requestID == reply.requestID)
    let read = ReadReply(frame)
    precondition(read?.offset == reply.offset && read?.atTail == reply.atTail)
    precondition(read.map { Array($0.data) } == reply.data)
  default: return
  }
}

private func look(_ reply: StoreReply) {
  func decode<C: WireReply>(_ type: C.Type) -> PravegaError? {
    do throws(PravegaError) {
      _ = try reply.decoded(type, from: endpoint)
      return nil
    } catch { return error }
  }
  let errors = [
    decode(StreamSegmentInfo.self), decode(SegmentRead.self), decode(SegmentAttribute.self),
    decode(SegmentAttributeUpdated.self), decode(SegmentTruncated.self), decode(AppendSetup.self),
    decode(TableRead.self), decode(TableKeysRead.self), decode(TableEntriesRead.self),
    decode(TableEntriesDeltaRead.self), decode(TableEntriesUpdated.self),
    decode(TableKeysRemoved.self), decode(TableSegmentInfo.self), decode(SegmentCreated.self),
  ]
  precondition(errors.count { $0 == nil } <= 1)
  if let error = errors.lazy.compactMap({ $0 }).first { precondition(!error.message.isEmpty) }
}

// MARK: - Events

/// Cut anywhere, the same events come out. The first byte is the size of the pieces.
private func events(_ input: Input) {
  guard let first = input.first else { return }
  let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
  let budget = ByteBudget(limit: 1 << 16)
  let whole = assemble(bytes, bytes.count, budget)
  precondition(assemble(bytes, Int(first) + 1, budget) == whole)
  precondition(budget.used == 0)
}

private func assemble(
  _ bytes: UnsafeRawBufferPointer, _ size: Int, _ budget: ByteBudget
) -> [[UInt8]] {
  var assembler = EventAssembler(offset: 7, budget: budget)
  var found: [[UInt8]] = []
  var offset: Int64 = 7
  var left = bytes[...]
  while true {
    switch assembler.next() {
    case .event(let event):
      precondition(event.start == offset && event.end == assembler.offset)
      offset = event.end
      found.append(Array(event.bytes))
    case .needsChunk:
      guard !left.isEmpty else { return found }
      let chunk = UnsafeRawBufferPointer(rebasing: left.prefix(size))
      left = left.dropFirst(chunk.count)
      assembler.add(ReadChunk(copying: chunk, reserved: 0, budget: budget))
    case .corrupted: return found + [[0]]
    case .tooLarge(let count): return found + [[1], Array("\(count)".utf8)]
    }
  }
}

// MARK: - Revisioned streams

/// Two offsets that the store tells, the largest read, then bytes.
private func revisions(_ input: Input) {
  guard input.count > 17 else { return }
  let raw = HostileSegment(Array(input))
  let revisioned = RevisionedSegment(raw)
  var (count, last) = (0, Int64(input.last ?? 0))
  try? revisioned.forEachEntry(from: last, until: .distantFuture) { entry in
    precondition(entry.start == last)
    precondition(entry.end - entry.start == entry.payload.count + 8)
    last = entry.end
    count += 1
    return count < 100
  }
}

private final class HostileSegment: RawSegment {
  private let bytes: [UInt8]
  private let position = Monitor(17)

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var segment: Segment { Segment(stream, segmentID: 0) }

  private func number(at offset: Int) -> Int64 {
    bytes[offset..<offset + 8].reduce(0) { $0 << 8 | Int64($1) }
  }

  func info(until deadline: Deadline) throws -> RawSegmentInfo {
    RawSegmentInfo(startOffset: number(at: 0), writeOffset: number(at: 8))
  }

  func read(at offset: Int64, length: Int, until deadline: Deadline) throws -> [UInt8] {
    let start = position.withLock { $0 }
    let end = min(bytes.count, start + Int(bytes[16]) + 1)
    guard start < end else { throw PravegaError(.timeout, "nothing more") }
    position.withLock { $0 = end }
    return Array(bytes[start..<end])
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
