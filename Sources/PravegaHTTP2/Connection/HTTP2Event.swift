// SPDX-License-Identifier: Apache-2.0

/// What the peer did, as far as the owner of the connection has to know.
package enum HTTP2Event: Hashable, Sendable {
  /// The peer's first SETTINGS: it speaks HTTP/2.
  case ready
  /// The peer's SETTINGS changed.
  case settingsChanged
  /// A request or a final response.
  case headers(StreamID, [HeaderField], endStream: Bool)
  case data(StreamID, ArraySlice<UInt8>, endStream: Bool)
  /// Always the end of the stream.
  case trailers(StreamID, [HeaderField])
  /// The peer gave the stream up.
  case reset(StreamID, HTTP2ErrorCode)
  /// This side gave the stream up because of what the peer sent; the peer is told.
  case streamFailed(StreamID, HTTP2Error)
  case pingAcknowledged(UInt64)
  /// The peer takes no more streams; it has not touched those in `unprocessed`, which are closed.
  case goAway(GoAway)
  /// The last event: nothing more is read, the peer is told in the last output.
  case connectionFailed(HTTP2Error)

  package struct GoAway: Hashable, Sendable {
    package let lastStreamID: StreamID
    package let code: HTTP2ErrorCode
    package let debug: [UInt8]
    package let unprocessed: [StreamID]
  }
}
