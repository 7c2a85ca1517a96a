// SPDX-License-Identifier: Apache-2.0

extension HTTP2Connection {
  mutating func receiveHeaders(
    _ id: StreamID, _ fragment: ArraySlice<UInt8>, endStream: Bool, endHeaders: Bool,
    at now: Duration, _ events: inout [HTTP2Event]
  ) throws(HTTP2Error) {
    let block = PartialBlock(stream: id, endStream: endStream, bytes: Array(fragment))
    guard endHeaders else {
      partialBlock = block
      return
    }
    try receiveBlock(block, at: now, &events)
  }

  mutating func receiveContinuation(
    _ fragment: ArraySlice<UInt8>, isEnd: Bool, at now: Duration, _ events: inout [HTTP2Event]
  ) throws(HTTP2Error) {
    guard var block = partialBlock else { return }
    block.continuations += 1
    guard block.continuations <= configuration.maxContinuationFrames else {
      throw .limit(.continuationFrames, "header block of too many CONTINUATION frames")
    }
    block.bytes += fragment
    guard block.bytes.count <= configuration.maxHeaderBlockSize else {
      throw .limit(.headerBlockSize, "header block of more than \(block.bytes.count - 1) bytes")
    }
    partialBlock = isEnd ? nil : block
    if isEnd { try receiveBlock(block, at: now, &events) }
  }

  private mutating func receiveBlock(
    _ block: PartialBlock, at now: Duration, _ events: inout [HTTP2Event]
  ) throws(HTTP2Error) {
    // Whatever becomes of the stream, the table has to follow.
    let list: HPACKDecoder.Block
    do throws(HPACKError) {
      list = try decoder.decode(block.bytes[...])
    } catch {
      throw HTTP2Error(.compressionError, "header block: \(error)")
    }
    floods.sawUsefulFrame()
    guard try admit(block.stream, at: now) else { return }
    let id = block.stream
    let input: StreamInput = block.endStream ? .receiveHeadersAndEnd : .receiveHeaders
    guard try apply(input, to: id, at: now) else { return }
    guard !list.isTooLarge else {
      throw .limit(
        .headerListSize, stream: id,
        "header list of more than \(configuration.maxHeaderListSize) bytes")
    }
    if let event = try interpret(list.fields, id, endStream: block.endStream, at: now) {
      events.append(event)
    }
    closeIfEnded(id)
  }

  /// Makes a new stream for a request, if it is one and there is room.
  ///
  /// - Returns: whether the block belongs to a stream that this side knows.
  private mutating func admit(_ id: StreamID, at now: Duration) throws(HTTP2Error) -> Bool {
    guard state(of: id) == .idle else { return true }
    guard role == .server, id % 2 == 1 else {
      throw HTTP2Error(.protocolError, "HEADERS on stream \(id), which nobody opened")
    }
    highestStreamID = id
    if let last = sentGoAway, id > last {
      closed.record(id, .resetByUs)
      return false
    }
    guard UInt64(streams.count) < UInt64(configuration.maxConcurrentStreams) else {
      closed.record(id, .resetByUs)
      try floods.charge(.reset, at: now)
      answer(.reset(id, .refusedStream))
      return false
    }
    streams[id] = makeStream()
    return true
  }

  func makeStream() -> HTTP2Stream {
    HTTP2Stream(
      sendWindow: peerSettings.initialWindowSize, receiveWindow: configuration.windowSize)
  }

  /// Tells requests, responses and trailers apart and checks what each must look like.
  private mutating func interpret(
    _ fields: [HeaderField], _ id: StreamID, endStream: Bool, at now: Duration
  ) throws(HTTP2Error) -> HTTP2Event? {
    guard var stream = streams[id] else { return nil }
    if stream.hasReceivedHeaders {
      try HeaderRules.checkTrailers(fields, endStream: endStream, id)
      guard stream.body.receive(0, isLast: true) else { throw HeaderRules.wrongLength(id) }
      return .trailers(id, fields)
    }
    if role == .server {
      try HeaderRules.checkRequest(fields, id)
    } else if try HeaderRules.checkResponse(fields, id).isInformational {
      guard !endStream else { throw HeaderRules.malformed(id, "an interim response ends it") }
      try floods.charge(.interimResponse, at: now)
      return nil
    }
    stream.hasReceivedHeaders = true
    for field in fields where field.name.elementsEqual("content-length".utf8) {
      guard stream.body.expect(field.valueText) else { throw HeaderRules.wrongLength(id) }
    }
    streams[id] = stream
    return .headers(id, fields, endStream: endStream)
  }
}
