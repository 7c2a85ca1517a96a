// SPDX-License-Identifier: Apache-2.0

/// The life of a stream (RFC 9113 section 5.1). Pushed streams do not exist here: push is turned
/// off, so the reserved states cannot be reached.
package enum StreamState: Hashable, Sendable, CaseIterable {
  case idle
  case open
  /// This side has sent its last frame.
  case halfClosedLocal
  /// The peer has sent its last frame.
  case halfClosedRemote
  /// Both have sent their last frame.
  case ended
  /// This side gave the stream up; what the peer sent before it knew is ignored.
  case resetByUs
  case resetByPeer
}

/// What can happen to a stream.
package enum StreamInput: Hashable, Sendable, CaseIterable {
  case sendHeaders
  case sendHeadersAndEnd
  case sendData
  case sendDataAndEnd
  case sendWindowUpdate
  case sendReset
  case receiveHeaders
  case receiveHeadersAndEnd
  case receiveData
  case receiveDataAndEnd
  case receiveWindowUpdate
  case receiveReset
}

/// What follows from an input.
package enum StreamTransition: Hashable, Sendable {
  case to(StreamState)
  /// The frame means nothing any more.
  case ignore
  /// The peer broke the rules: RST_STREAM.
  case streamError(HTTP2ErrorCode)
  /// The peer broke the rules in a way that leaves nothing to trust: GOAWAY.
  case connectionError(HTTP2ErrorCode)
  /// This side may not do that now.
  case refused
}

extension StreamState {
  package func after(_ input: StreamInput) -> StreamTransition {
    switch self {
    case .idle: afterIdle(input)
    case .open: afterOpen(input)
    case .halfClosedLocal: afterHalfClosedLocal(input)
    case .halfClosedRemote: afterHalfClosedRemote(input)
    case .ended: afterEnded(input)
    case .resetByUs: afterResetByUs(input)
    case .resetByPeer: afterResetByPeer(input)
    }
  }

  package var isClosed: Bool {
    switch self {
    case .idle, .open, .halfClosedLocal, .halfClosedRemote: false
    case .ended, .resetByUs, .resetByPeer: true
    }
  }

  private func afterIdle(_ input: StreamInput) -> StreamTransition {
    switch input {
    case .sendHeaders, .receiveHeaders: .to(.open)
    case .sendHeadersAndEnd: .to(.halfClosedLocal)
    case .receiveHeadersAndEnd: .to(.halfClosedRemote)
    case .sendData, .sendDataAndEnd, .sendWindowUpdate, .sendReset: .refused
    case .receiveData, .receiveDataAndEnd, .receiveWindowUpdate, .receiveReset:
      .connectionError(.protocolError)
    }
  }

  private func afterOpen(_ input: StreamInput) -> StreamTransition {
    switch input {
    case .sendHeaders, .sendData, .sendWindowUpdate: .to(.open)
    case .receiveHeaders, .receiveData, .receiveWindowUpdate: .to(.open)
    case .sendHeadersAndEnd, .sendDataAndEnd: .to(.halfClosedLocal)
    case .receiveHeadersAndEnd, .receiveDataAndEnd: .to(.halfClosedRemote)
    case .sendReset: .to(.resetByUs)
    case .receiveReset: .to(.resetByPeer)
    }
  }

  private func afterHalfClosedLocal(_ input: StreamInput) -> StreamTransition {
    switch input {
    case .sendHeaders, .sendHeadersAndEnd, .sendData, .sendDataAndEnd: .refused
    case .sendWindowUpdate, .receiveHeaders, .receiveData, .receiveWindowUpdate:
      .to(.halfClosedLocal)
    case .receiveHeadersAndEnd, .receiveDataAndEnd: .to(.ended)
    case .sendReset: .to(.resetByUs)
    case .receiveReset: .to(.resetByPeer)
    }
  }

  private func afterHalfClosedRemote(_ input: StreamInput) -> StreamTransition {
    switch input {
    case .sendHeaders, .sendData, .receiveWindowUpdate: .to(.halfClosedRemote)
    case .sendHeadersAndEnd, .sendDataAndEnd: .to(.ended)
    case .sendWindowUpdate: .refused
    case .sendReset: .to(.resetByUs)
    case .receiveReset: .to(.resetByPeer)
    case .receiveHeaders, .receiveHeadersAndEnd, .receiveData, .receiveDataAndEnd:
      .streamError(.streamClosed)
    }
  }

  private func afterEnded(_ input: StreamInput) -> StreamTransition {
    switch input {
    case .sendHeaders, .sendHeadersAndEnd, .sendData, .sendDataAndEnd, .sendWindowUpdate,
      .sendReset:
      .refused
    case .receiveWindowUpdate, .receiveReset: .ignore
    case .receiveHeaders, .receiveHeadersAndEnd, .receiveData, .receiveDataAndEnd:
      .connectionError(.streamClosed)
    }
  }

  private func afterResetByUs(_ input: StreamInput) -> StreamTransition {
    switch input {
    case .sendHeaders, .sendHeadersAndEnd, .sendData, .sendDataAndEnd, .sendWindowUpdate,
      .sendReset:
      .refused
    case .receiveHeaders, .receiveHeadersAndEnd, .receiveData, .receiveDataAndEnd,
      .receiveWindowUpdate, .receiveReset:
      .ignore
    }
  }

  private func afterResetByPeer(_ input: StreamInput) -> StreamTransition {
    switch input {
    case .sendHeaders, .sendHeadersAndEnd, .sendData, .sendDataAndEnd, .sendWindowUpdate,
      .sendReset:
      .refused
    case .receiveWindowUpdate, .receiveReset: .ignore
    case .receiveHeaders, .receiveHeadersAndEnd, .receiveData, .receiveDataAndEnd:
      .streamError(.streamClosed)
    }
  }
}
