// SPDX-License-Identifier: Apache-2.0

extension HTTP2Connection {
  /// Takes bytes from the peer.
  ///
  /// - Parameter now: the time on any monotonic clock; the limits on floods are rates.
  /// - Returns: what they mean, in order. After `.connectionFailed` nothing more is read; send
  ///   what `takeOutput` returns, then close.
  package mutating func receive(_ bytes: some Sequence<UInt8>, at now: Duration) -> [HTTP2Event] {
    guard phase != .failed else { return [] }
    var events: [HTTP2Event] = []
    reader.append(bytes)
    do throws(HTTP2Error) {
      guard try acceptOpening() else { return [] }
      while try receiveFrame(at: now, &events) {}
    } catch {
      events.append(fail(error))
    }
    return events
  }

  /// Ends the connection: the peer gets GOAWAY as the last output.
  package mutating func fail(_ error: HTTP2Error) -> HTTP2Event {
    HTTP2Frame.goAway(
      lastStreamID: role == .server ? highestStreamID : 0, error.code,
      debug: Array(error.message.utf8)
    ).append(to: &output)
    phase = .failed
    streams = [:]
    sendOrder = []
    partialBlock = nil
    reader.drop(.max / 2)
    return .connectionFailed(error)
  }

  /// - Returns: false when there is no whole frame left.
  private mutating func receiveFrame(
    at now: Duration, _ events: inout [HTTP2Event]
  ) throws(HTTP2Error) -> Bool {
    do throws(HTTP2Error) {
      guard let frame = try reader.next() else { return false }
      try handle(frame, at: now, &events)
    } catch {
      try recover(from: error, at: now, &events)
    }
    guard answerBytes <= configuration.maxUnreadAnswers else {
      throw .limit(.unreadAnswers, "the peer does not read the answers to its frames")
    }
    return true
  }

  private mutating func handle(
    _ frame: HTTP2Frame, at now: Duration, _ events: inout [HTTP2Event]
  ) throws(HTTP2Error) {
    if let partialBlock {
      guard case .continuation(let id, let bytes, let isEnd) = frame, id == partialBlock.stream
      else { throw HTTP2Error(.protocolError, "a header block was interrupted") }
      return try receiveContinuation(bytes, isEnd: isEnd, at: now, &events)
    }
    switch frame {
    case .data(let id, let bytes, let flowControlled, let endStream):
      try receiveData(id, bytes, flowControlled, endStream: endStream, at: now, &events)
    case .headers(let id, let bytes, let endStream, let endHeaders):
      try receiveHeaders(
        id, bytes, endStream: endStream, endHeaders: endHeaders, at: now, &events)
    case .continuation: throw HTTP2Error(.protocolError, "CONTINUATION without a header block")
    case .priority: try floods.charge(.priority, at: now)
    case .reset(let id, let code): try receiveReset(id, code, at: now, &events)
    case .settings(let settings): try receiveSettings(settings, at: now, &events)
    case .settingsAck: try floods.charge(.settings, at: now)
    case .pushPromise: throw HTTP2Error(.protocolError, "PUSH_PROMISE though push is turned off")
    case .ping(let opaque): try receivePing(opaque, at: now)
    case .pingAck(let opaque):
      try floods.charge(.ping, at: now)
      events.append(.pingAcknowledged(opaque))
    case .goAway(let last, let code, let debug):
      try floods.charge(.goAway, at: now)
      events.append(receiveGoAway(last, code, debug))
    case .windowUpdate(let id, let increment):
      try receiveWindowUpdate(id, increment, at: now)
    case .unknown: try floods.charge(.unknownFrame, at: now)
    }
  }

  /// Gives up one stream where that is enough; passes the error on where it is not.
  private mutating func recover(
    from error: HTTP2Error, at now: Duration, _ events: inout [HTTP2Event]
  ) throws(HTTP2Error) {
    guard let id = error.stream, partialBlock == nil, state(of: id) != .idle else { throw error }
    // A peer that provokes resets costs as much as one that sends them.
    try floods.charge(.reset, at: now)
    answer(.reset(id, error.code))
    if streams[id] != nil {
      close(id, .resetByUs)
      events.append(.streamFailed(id, error))
    }
  }

  // MARK: The opening

  /// - Returns: whether frames may follow.
  private mutating func acceptOpening() throws(HTTP2Error) -> Bool {
    if phase == .awaitingPreface {
      guard try acceptPreface() else { return false }
      phase = .awaitingSettings
    }
    if phase == .awaitingSettings { try expectSettings() }
    return true
  }

  private mutating func acceptPreface() throws(HTTP2Error) -> Bool {
    let pending = reader.pending
    let count = min(pending.count, Self.preface.count)
    guard pending.prefix(count).elementsEqual(Self.preface.prefix(count)) else {
      throw foreign(pending)
    }
    guard count == Self.preface.count else { return false }
    reader.drop(count)
    return true
  }

  /// The first frame of either side is SETTINGS (RFC 9113 section 3.4). Checked byte by byte, so
  /// that a short answer of another protocol is not taken for the beginning of a long frame.
  private func expectSettings() throws(HTTP2Error) {
    let pending = reader.pending.prefix(HTTP2FrameHeader.byteCount)
    let expected: [UInt8?] = [0, nil, nil, HTTP2FrameType.settings.rawValue, 0, 0, 0, 0, 0]
    for (byte, wanted) in zip(pending, expected) where wanted != nil && wanted != byte {
      if role == .client { throw foreign(reader.pending) }
      throw HTTP2Error(.protocolError, "the first frame is not SETTINGS")
    }
  }

  private func foreign(_ bytes: ArraySlice<UInt8>) -> HTTP2Error {
    let spoken = ForeignProtocol(firstBytes: bytes)
    return HTTP2Error(
      .protocolError, cause: .foreign(spoken), "the peer does not speak HTTP/2: \(spoken)")
  }
}
