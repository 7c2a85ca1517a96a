// SPDX-License-Identifier: Apache-2.0

extension HTTP2Connection {
  /// The state of any stream; streams that closed too long ago count as `nil`.
  func state(of id: StreamID) -> StreamState? {
    if let stream = streams[id] { return stream.state }
    if id > highestStreamID || id % 2 == 0 { return .idle }
    return closed[id]
  }

  /// Applies a frame of the peer to the state of its stream.
  ///
  /// - Returns: whether the frame still means something.
  mutating func apply(
    _ input: StreamInput, to id: StreamID, at now: Duration
  ) throws(HTTP2Error) -> Bool {
    guard let state = state(of: id) else {
      try floods.charge(.closedStreamFrame, at: now)
      return false
    }
    switch state.after(input) {
    case .to(let next):
      streams[id]?.state = next
      return true
    case .ignore, .refused:
      try floods.charge(.closedStreamFrame, at: now)
      return false
    case .streamError(let code):
      throw HTTP2Error(code, stream: id, "\(input) while the stream is \(state)")
    case .connectionError(let code):
      throw HTTP2Error(code, "\(input) on stream \(id), which is \(state)")
    }
  }

  /// Applies what this side is about to send.
  ///
  /// - Returns: whether it may.
  mutating func applySend(_ input: StreamInput, to id: StreamID) -> Bool {
    guard let state = state(of: id), case .to(let next) = state.after(input) else { return false }
    streams[id]?.state = next
    return true
  }

  mutating func closeIfEnded(_ id: StreamID) {
    guard let state = streams[id]?.state, state.isClosed else { return }
    close(id, state)
  }

  mutating func close(_ id: StreamID, _ state: StreamState) {
    guard streams.removeValue(forKey: id) != nil else { return }
    closed.record(id, state)
    sendOrder.removeAll { $0 == id }
  }

  /// Queues a frame that the peer's own frame called for.
  mutating func answer(_ frame: HTTP2Frame) {
    let before = output.count
    frame.append(to: &output)
    answerBytes += output.count - before
  }
}
