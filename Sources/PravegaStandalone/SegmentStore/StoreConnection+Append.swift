// SPDX-License-Identifier: Apache-2.0

internal import PravegaWire

// Appends: set-up, blocks, acknowledgements. The rules are those of the protocol's section 3.

extension StoreConnection {
  func requireNoPendingBlock() throws(ProtocolViolation) {
    guard pendingBlock == nil else { throw ProtocolViolation("a block is pending") }
  }

  // MARK: - Set-up

  func setupAppend(_ request: SetupAppend) throws {
    try requireNoPendingBlock()
    let id = AttributeID(request.writerID)
    if let verify = services.tokens {
      let verdict = verify(request.delegationToken, request.segment, .readUpdate)
      guard verdict == .valid else {
        refuseToken(request.requestID, errorCode: verdict == .expired ? 1 : 0)
        if verdict == .expired { end() }
        return
      }
    }
    do throws(StoreError) {
      let segment = try core.segment(request.segment)
      let last = try segment.attribute(id)
      writers[id] = WriterState(segment: segment, name: segment.name, lastStored: last)
      reply(AppendSetup.self) {
        $0.requestID = request.requestID
        $0.segment = request.segment
        $0.writerID = request.writerID
        $0.lastEventNumber = last
      }
    } catch {
      writers[id] = nil
      refuse(error, request.segment, request.requestID)
    }
  }

  // MARK: - Blocks

  func appendBlock(_ payload: UnsafeRawBufferPointer) throws(ProtocolViolation) {
    try requireNoPendingBlock()
    var cursor = unsafe FrameCursor(payload)
    let writer = try cursor.writer()
    guard writers[writer] != nil else { throw ProtocolViolation("no such writer") }
    pendingBlock = unsafe PendingBlock(
      writer: writer, data: [UInt8](try cursor.bytes(cursor.count)))
  }

  func appendBlockEnd(_ payload: UnsafeRawBufferPointer) throws(ProtocolViolation) {
    var cursor = unsafe FrameCursor(payload)
    let writer = try cursor.writer()
    let wholeEvents = Int(try cursor.int32())
    let data = unsafe try cursor.bytes(Int(try cursor.int32()))
    let eventCount = try cursor.int32()
    let number = try cursor.int64()
    var incoming = unsafe IncomingAppend(
      writer: writer, bytes: AppendBytes(data), eventCount: eventCount, number: number,
      requestID: try cursor.trailingRequestID())
    guard eventCount > 0 else { throw ProtocolViolation("no events") }
    guard let block = pendingBlock else { return try append(incoming) }
    pendingBlock = nil
    guard block.writer == writer else { throw ProtocolViolation("another writer's block") }
    let result = unsafe block.data.withUnsafeBytes { raw -> ProtocolViolation? in
      do throws(ProtocolViolation) {
        unsafe incoming.bytes = try join(raw, wholeEvents, data)
        try append(incoming)
        return nil
      } catch {
        return error
      }
    }
    if let result { throw result }
  }

  /// The whole events of a block and, if its last event is split, both parts of that.
  private func join(
    _ block: UnsafeRawBufferPointer, _ wholeEvents: Int, _ end: UnsafeRawBufferPointer
  ) throws(ProtocolViolation) -> AppendBytes {
    guard wholeEvents >= 0, wholeEvents <= block.count else {
      throw ProtocolViolation("size of whole events")
    }
    let whole = unsafe UnsafeRawBufferPointer(rebasing: block[..<wholeEvents])
    var rest = unsafe FrameCursor(UnsafeRawBufferPointer(rebasing: block[wholeEvents...]))
    guard rest.count > 0 else {
      // Real servers lose such data and acknowledge it.
      guard unsafe end.isEmpty else { throw ProtocolViolation("data behind a full block") }
      return unsafe AppendBytes(whole)
    }
    let code = try rest.int32()
    let nested = unsafe try rest.bytes(Int(try rest.int32()))
    switch code {
    case PartialEvent.code: return unsafe AppendBytes(whole, nested, end)
    case Padding.code:
      guard unsafe end.isEmpty else { throw ProtocolViolation("data behind padding") }
      return unsafe AppendBytes(whole)
    default: throw ProtocolViolation("block remainder")
    }
  }

  // MARK: - Conditional

  func conditionalAppend(_ payload: UnsafeRawBufferPointer) throws(ProtocolViolation) {
    try requireNoPendingBlock()
    var cursor = unsafe FrameCursor(payload)
    let writer = try cursor.writer()
    let number = try cursor.int64()
    let expected = try cursor.int64()
    // What is stored is the event with its header, as it lies here.
    var event = cursor
    guard try event.int32() == 0 else { throw ProtocolViolation("not an event") }
    let length = try event.int32()
    guard length >= 0 else { throw ProtocolViolation("event length") }
    let stored = unsafe try cursor.bytes(8 + Int(length))
    var incoming = unsafe IncomingAppend(
      writer: writer, bytes: AppendBytes(stored), eventCount: 1, number: number,
      requestID: try cursor.trailingRequestID())
    incoming.expectedLength = expected
    try append(incoming)
  }

  func conditionalBlockEnd(_ payload: UnsafeRawBufferPointer) throws(ProtocolViolation) {
    try requireNoPendingBlock()
    var cursor = unsafe FrameCursor(payload)
    let writer = try cursor.writer()
    let number = try cursor.int64()
    let expected = try cursor.int64()
    let data = unsafe try cursor.bytes(Int(try cursor.int32()))
    var incoming = unsafe IncomingAppend(
      writer: writer, bytes: AppendBytes(data), eventCount: 1, number: number,
      requestID: try cursor.int64())
    incoming.expectedLength = expected
    try append(incoming)
  }

  // MARK: - Storing

  /// Stores an append and acknowledges it, or says why not.
  private func append(_ incoming: IncomingAppend) throws(ProtocolViolation) {
    guard let index = writers.index(forKey: incoming.writer) else {
      throw ProtocolViolation("no such writer")
    }
    let state = writers.values[index]
    guard incoming.number >= state.lastSeen, incoming.number >= state.lastStored else {
      throw ProtocolViolation("event number")
    }
    writers.values[index].lastSeen = incoming.number
    var terms = AppendTerms()
    terms.writer = incoming.writer
    terms.number = incoming.number
    terms.previousNumber = state.lastStored
    terms.eventCount = incoming.eventCount
    terms.expectedLength = incoming.expectedLength
    do throws(StoreError) {
      let length = try state.segment.append(incoming.bytes, terms)
      writers.values[index].lastStored = incoming.number
      // A number that was stored before is stored again and not acknowledged, as by real servers.
      if incoming.number > state.lastStored {
        acknowledge(incoming, previous: state.lastStored, length)
      }
      holdBackIfFull()
    } catch {
      fail(incoming, state.name, error)
    }
  }

  private func acknowledge(_ incoming: IncomingAppend, previous: Int64, _ length: Int64) {
    reply(DataAppended.self) {
      $0.writerID = WireUUID(incoming.writer)
      $0.eventNumber = incoming.number
      $0.previousEventNumber = previous
      $0.requestID = incoming.requestID
      $0.currentSegmentWriteOffset = length
    }
  }

  private func fail(_ incoming: IncomingAppend, _ name: String, _ error: StoreError) {
    switch error {
    case .conditionFailed:
      reply(ConditionalCheckFailed.self) {
        $0.writerID = WireUUID(incoming.writer)
        $0.eventNumber = incoming.number
        $0.requestID = incoming.requestID
      }
    case .badEventNumber:
      writers[incoming.writer] = nil
      reply(InvalidEventNumber.self) {
        $0.writerID = WireUUID(incoming.writer)
        $0.requestID = incoming.requestID
        $0.eventNumber = incoming.number
      }
      end()
    default:
      writers[incoming.writer] = nil
      let offset = error == .sealed ? incoming.number : -1
      refuse(
        error, name, incoming.requestID, offset: offset, operation: "appending data")
    }
  }

  /// Stops reading while segments hold more memory than they may.
  func holdBackIfFull() {
    guard core.budget.isExhausted else { return }
    pause(.memory)
    services.log(
      "Segments hold \(core.budget.usedBytes) bytes, more than the limit of "
        + "\(core.budget.limit): appends are held back until data is truncated or deleted.")
    core.budget.notify { [weak self] in self?.resume(.memory) }
  }
}

extension AttributeID {
  init(_ id: WireUUID) { self.init(high: id.high, low: id.low) }
}

extension WireUUID {
  init(_ id: AttributeID) { self.init(high: id.high, low: id.low) }
}
