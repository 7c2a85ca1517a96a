// SPDX-License-Identifier: Apache-2.0

extension HTTP2Connection {
  mutating func receiveSettings(
    _ settings: [HTTP2Setting], at now: Duration, _ events: inout [HTTP2Event]
  ) throws(HTTP2Error) {
    try floods.charge(.settings, at: now)
    let windowBefore = peerSettings.initialWindowSize
    for setting in settings {
      try peerSettings.apply(setting, from: role == .client ? .server : .client)
      if setting.identifier == HTTP2Setting.Identifier.headerTableSize {
        encoder.setMaximumTableSize(Int(setting.value))
      }
    }
    try resizeStreams(by: Int64(peerSettings.initialWindowSize) - Int64(windowBefore))
    answer(.settingsAck)
    events.append(phase == .awaitingSettings ? .ready : .settingsChanged)
    phase = .open
  }

  /// A new initial window changes the windows of the streams there are, even below zero (RFC 9113
  /// section 6.9.2).
  private mutating func resizeStreams(by difference: Int64) throws(HTTP2Error) {
    guard difference != 0 else { return }
    for id in streams.keys where streams[id]?.sendWindow.grow(by: difference) == false {
      throw HTTP2Error(.flowControlError, "the window of stream \(id) exceeds 2^31 - 1")
    }
  }

  mutating func receivePing(_ opaque: UInt64, at now: Duration) throws(HTTP2Error) {
    try floods.charge(.ping, at: now)
    answer(.pingAck(opaque))
  }

  mutating func receiveReset(
    _ id: StreamID, _ code: HTTP2ErrorCode, at now: Duration, _ events: inout [HTTP2Event]
  ) throws(HTTP2Error) {
    try floods.charge(.reset, at: now)
    guard try apply(.receiveReset, to: id, at: now) else { return }
    close(id, .resetByPeer)
    events.append(.reset(id, code))
  }

  mutating func receiveGoAway(
    _ last: StreamID, _ code: HTTP2ErrorCode, _ debug: [UInt8]
  ) -> HTTP2Event {
    receivedGoAway = true
    let unprocessed = role == .client ? streams.keys.filter { $0 > last }.sorted() : []
    for id in unprocessed { close(id, .resetByPeer) }
    return .goAway(
      HTTP2Event.GoAway(
        lastStreamID: last, code: code, debug: debug, unprocessed: unprocessed))
  }
}
