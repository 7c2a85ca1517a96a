// SPDX-License-Identifier: Apache-2.0

extension HTTP2Connection {
  /// Windows are given back as soon as bytes are handed over: the owner bounds what it gathers.
  mutating func receiveData(
    _ id: StreamID, _ bytes: ArraySlice<UInt8>, _ flowControlled: Int, endStream: Bool,
    at now: Duration, _ events: inout [HTTP2Event]
  ) throws(HTTP2Error) {
    guard receiveWindow.consume(flowControlled) else {
      throw HTTP2Error(.flowControlError, "more data than the connection's window allows")
    }
    if let increment = receiveWindow.release(flowControlled) {
      answer(.windowUpdate(0, increment: increment))
    }
    if bytes.isEmpty, !endStream {
      try floods.charge(.emptyData, at: now)
    } else {
      floods.sawUsefulFrame()
    }
    guard try apply(endStream ? .receiveDataAndEnd : .receiveData, to: id, at: now) else { return }
    try accountData(id, bytes.count, flowControlled, endStream: endStream)
    if !bytes.isEmpty || endStream { events.append(.data(id, bytes, endStream: endStream)) }
    closeIfEnded(id)
  }

  private mutating func accountData(
    _ id: StreamID, _ count: Int, _ flowControlled: Int, endStream: Bool
  ) throws(HTTP2Error) {
    guard var stream = streams[id] else { return }
    guard stream.hasReceivedHeaders else {
      throw HeaderRules.malformed(id, "data before the final header list")
    }
    guard stream.receiveWindow.consume(flowControlled) else {
      throw HTTP2Error(.flowControlError, stream: id, "more data than the window allows")
    }
    guard stream.body.receive(count, isLast: endStream) else { throw HeaderRules.wrongLength(id) }
    if !endStream, let increment = stream.receiveWindow.release(flowControlled) {
      answer(.windowUpdate(id, increment: increment))
    }
    streams[id] = stream
  }

  mutating func receiveWindowUpdate(
    _ id: StreamID, _ increment: UInt32, at now: Duration
  ) throws(HTTP2Error) {
    try floods.charge(.windowUpdate, at: now)
    guard id != 0 else {
      guard sendWindow.grow(by: Int64(increment)) else {
        throw HTTP2Error(.flowControlError, "the connection's window exceeds 2^31 - 1")
      }
      return
    }
    guard try apply(.receiveWindowUpdate, to: id, at: now) else { return }
    guard streams[id]?.sendWindow.grow(by: Int64(increment)) != false else {
      throw HTTP2Error(.flowControlError, stream: id, "the window exceeds 2^31 - 1")
    }
  }
}
