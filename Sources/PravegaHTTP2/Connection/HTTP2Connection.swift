// SPDX-License-Identifier: Apache-2.0

/// One HTTP/2 connection, either end, without input or output of its own: received bytes go into
/// `receive`, what happened comes out as events, and `takeOutput` says what to send.
///
/// A value without locks: its owner guards it.
package struct HTTP2Connection: Sendable {
  package enum Role: Hashable, Sendable {
    case client
    case server
  }

  enum Phase: Hashable, Sendable {
    /// A server waits for the fixed bytes that every client sends first.
    case awaitingPreface
    case awaitingSettings
    case open
    case failed
  }

  /// A header block of which CONTINUATION frames are still to come: nothing else may come between.
  struct PartialBlock: Sendable {
    let stream: StreamID
    let endStream: Bool
    var bytes: [UInt8]
    var continuations = 0
  }

  package let role: Role
  package let configuration: HTTP2Configuration
  package internal(set) var peerSettings = HTTP2PeerSettings()

  var phase: Phase
  var reader: HTTP2FrameReader
  var decoder: HPACKDecoder
  var encoder = HPACKEncoder()
  var floods: FloodGuard
  var partialBlock: PartialBlock?

  var streams: [StreamID: HTTP2Stream] = [:]
  var closed = ClosedStreams()
  /// Of a client, the next stream to open; of a server, unused.
  var nextStreamID: StreamID = 1
  /// The highest stream that the client has opened, as either side knows it.
  var highestStreamID: StreamID = 0
  var sentGoAway: StreamID?
  var receivedGoAway = false

  var sendWindow = SendWindow(65_535)
  var receiveWindow: ReceiveWindow
  /// Frames in their order, ready to go. Header blocks are encoded as they enter it, because the
  /// peer's table follows the order on the wire.
  var output: [UInt8] = []
  /// How much of `output` only answers the peer's control frames.
  var answerBytes = 0
  /// Streams with something to send, the next one first.
  var sendOrder: [StreamID] = []

  package init(role: Role, configuration: HTTP2Configuration = HTTP2Configuration()) {
    self.role = role
    self.configuration = configuration
    phase = role == .server ? .awaitingPreface : .awaitingSettings
    reader = HTTP2FrameReader(maximumPayload: configuration.maxFrameSize)
    decoder = HPACKDecoder(maximumListSize: configuration.maxHeaderListSize)
    floods = FloodGuard(configuration.allowances)
    receiveWindow = ReceiveWindow(max(65_535, configuration.windowSize))
    sendOpening()
  }

  /// Streams that are not closed.
  package var streamCount: Int { streams.count }

  package var hasFailed: Bool { phase == .failed }

  package var hasReceivedSettings: Bool { phase == .open }

  /// Nothing is open any more and nothing new will be.
  package var isDrained: Bool {
    streams.isEmpty && output.isEmpty && (sentGoAway != nil || receivedGoAway)
  }

  /// Whether a client may open a stream now, as far as the peer is concerned.
  package var canOpenStream: Bool {
    role == .client && phase != .failed && sentGoAway == nil && !receivedGoAway
      && nextStreamID <= Self.lastStreamID
      && UInt64(streams.count) < UInt64(peerSettings.maxConcurrentStreams)
  }

  /// Whether this connection will never open a stream again.
  package var isExhausted: Bool {
    phase == .failed || sentGoAway != nil || receivedGoAway || nextStreamID > Self.lastStreamID
  }

  package func isOpen(_ stream: StreamID) -> Bool { streams[stream] != nil }

  /// Bytes of bodies that wait for the peer's windows.
  package var queuedBytes: Int { streams.values.reduce(0) { $0 + $1.outgoingBytes } }

  static let lastStreamID: StreamID = 0x7fff_ffff
  static let preface: [UInt8] = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  private mutating func sendOpening() {
    var settings = [
      HTTP2Setting(HTTP2Setting.Identifier.maxConcurrentStreams, configuration.maxConcurrentStreams)
    ]
    if role == .client {
      output = Self.preface
      settings = [
        HTTP2Setting(HTTP2Setting.Identifier.enablePush, 0),
        HTTP2Setting(HTTP2Setting.Identifier.maxConcurrentStreams, 0),
      ]
    }
    settings += [
      HTTP2Setting(HTTP2Setting.Identifier.initialWindowSize, configuration.windowSize),
      HTTP2Setting(
        HTTP2Setting.Identifier.maxHeaderListSize, UInt32(clamping: configuration.maxHeaderListSize)
      ),
    ]
    if configuration.maxFrameSize != 16_384 {
      settings.append(
        HTTP2Setting(
          HTTP2Setting.Identifier.maxFrameSize, UInt32(clamping: configuration.maxFrameSize)))
    }
    HTTP2Frame.settings(settings).append(to: &output)
    // SETTINGS do not reach the connection's own window (RFC 9113 section 6.9.2).
    if configuration.windowSize > 65_535 {
      HTTP2Frame.windowUpdate(0, increment: configuration.windowSize - 65_535).append(to: &output)
    }
  }
}
