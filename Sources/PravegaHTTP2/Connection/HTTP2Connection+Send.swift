// SPDX-License-Identifier: Apache-2.0

extension HTTP2Connection {
  /// Opens a stream with a request's header list.
  package mutating func openStream(
    _ fields: [HeaderField], endStream: Bool = false
  ) throws(HTTP2Error) -> StreamID {
    guard canOpenStream else {
      throw HTTP2Error(.refusedStream, cause: .unavailable, "no new stream is possible now")
    }
    let size = fields.reduce(0) { $0 + $1.tableSize }
    guard size <= Int(peerSettings.maxHeaderListSize) else {
      throw HTTP2Error(
        .refusedStream, cause: .unavailable,
        "header list of \(size) bytes, the peer takes \(peerSettings.maxHeaderListSize)")
    }
    let id = nextStreamID
    nextStreamID += 2
    highestStreamID = id
    streams[id] = makeStream()
    if endStream { streams[id]?.finish() }
    send(.headers(fields), on: id, isLast: endStream)
    return id
  }

  /// Queues a header list behind what the stream has queued: a response, or with `endStream` its
  /// trailers.
  ///
  /// - Returns: false when the stream is closed or this side has ended it.
  @discardableResult
  package mutating func sendHeaders(
    _ fields: [HeaderField], on id: StreamID, endStream: Bool = false
  ) -> Bool {
    enqueue(.headers(fields), on: id, endStream)
  }

  /// Queues bytes; they go when the peer's windows admit them.
  ///
  /// - Returns: false when the stream is closed or this side has ended it.
  @discardableResult
  package mutating func sendData(
    _ bytes: ArraySlice<UInt8>, on id: StreamID, endStream: Bool = false
  ) -> Bool {
    enqueue(.data(bytes), on: id, endStream)
  }

  /// Gives a stream up; what it had queued is dropped. Does nothing when it is closed already.
  package mutating func reset(_ id: StreamID, _ code: HTTP2ErrorCode) {
    guard applySend(.sendReset, to: id), streams[id] != nil else { return }
    close(id, .resetByUs)
    HTTP2Frame.reset(id, code).append(to: &output)
  }

  package mutating func sendPing(_ opaque: UInt64) {
    guard phase != .failed else { return }
    HTTP2Frame.ping(opaque).append(to: &output)
  }

  /// Takes no more streams; those that are open go on. Once is enough.
  package mutating func sendGoAway(_ code: HTTP2ErrorCode = .noError, _ debug: String = "") {
    guard phase != .failed, sentGoAway == nil else { return }
    let last = role == .server ? highestStreamID : 0
    sentGoAway = last
    HTTP2Frame.goAway(lastStreamID: last, code, debug: Array(debug.utf8)).append(to: &output)
  }

  /// What to send now: everything that waits for nothing, and bodies as far as the windows and
  /// `limit` go, frame by frame in turn. Empty when there is nothing.
  package mutating func takeOutput(limit: Int = 65_536) -> [UInt8] {
    var blocked = 0
    while output.count < limit, blocked < sendOrder.count {
      let id = sendOrder.removeFirst()
      let budget = Int(clamping: max(0, min(Int64(maxPayload), sendWindow.available)))
      guard let (next, isLast) = streams[id]?.nextOutgoing(limit: budget) else {
        if streams[id] != nil { sendOrder.append(id) }
        blocked += 1
        continue
      }
      blocked = 0
      if streams[id]?.outgoing.isEmpty == false { sendOrder.append(id) }
      send(next, on: id, isLast: isLast)
    }
    defer { output = [] }
    answerBytes = 0
    return output
  }

  private mutating func enqueue(
    _ next: HTTP2Stream.Outgoing, on id: StreamID, _ endStream: Bool
  ) -> Bool {
    guard phase != .failed, let stream = streams[id], !stream.isFinished else { return false }
    if stream.outgoing.isEmpty { sendOrder.append(id) }
    streams[id]?.enqueue(next, end: endStream)
    return true
  }

  /// Larger frames than the default would only make others wait.
  private var maxPayload: Int { min(Int(peerSettings.maxFrameSize), 16_384) }

  private mutating func send(_ next: HTTP2Stream.Outgoing, on id: StreamID, isLast: Bool) {
    switch next {
    case .data(let bytes):
      guard applySend(isLast ? .sendDataAndEnd : .sendData, to: id) else { return }
      sendWindow.consume(bytes.count)
      HTTP2Frame.data(id, bytes, flowControlled: bytes.count, endStream: isLast)
        .append(to: &output)
    case .headers(let fields):
      guard applySend(isLast ? .sendHeadersAndEnd : .sendHeaders, to: id) else { return }
      appendBlock(encoder.encode(fields)[...], on: id, endStream: isLast)
    }
    closeIfEnded(id)
  }

  private mutating func appendBlock(
    _ block: ArraySlice<UInt8>, on id: StreamID, endStream: Bool
  ) {
    var rest = block.dropFirst(maxPayload)
    HTTP2Frame.headers(
      id, block.prefix(maxPayload), endStream: endStream, endHeaders: rest.isEmpty
    ).append(to: &output)
    while !rest.isEmpty {
      let fragment = rest.prefix(maxPayload)
      rest = rest.dropFirst(maxPayload)
      HTTP2Frame.continuation(id, fragment, endHeaders: rest.isEmpty).append(to: &output)
    }
  }
}
