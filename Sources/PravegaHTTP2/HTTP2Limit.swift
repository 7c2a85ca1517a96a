// SPDX-License-Identifier: Apache-2.0

/// The limits that protect this side from a hostile or broken peer, by name.
package enum HTTP2Limit: Int, CaseIterable, Sendable {
  /// Bytes of one decoded header list.
  case headerListSize
  /// Bytes of one header block as received, over all of its CONTINUATION frames.
  case headerBlockSize
  /// CONTINUATION frames of one header block.
  case continuationFrames
  /// Streams that the peer may have open at once.
  case concurrentStreams
  /// Bytes of answers to the peer's control frames that it does not read.
  case unreadAnswers
  /// Frames that cost this side work and bring nobody forward, by kind.
  case ping
  case settings
  case reset
  case emptyData
  case priority
  case windowUpdate
  case unknownFrame
  case closedStreamFrame
  case goAway
  /// Responses that announce another one.
  case interimResponse
}

/// How often a peer may send one kind of frame that brings nothing forward: at most `burst` at
/// once, regained over time and with each useful frame.
package struct HTTP2Allowance: Hashable, Sendable {
  package var burst: Int
  package var perSecond: Int
  /// Regained with each HEADERS frame and each DATA frame that is not empty: peers that measure
  /// the path with a PING per message must not be cut off for being busy.
  package var perUsefulFrame: Int

  package init(burst: Int, perSecond: Int, perUsefulFrame: Int = 0) {
    self.burst = burst
    self.perSecond = perSecond
    self.perUsefulFrame = perUsefulFrame
  }
}

/// What this side announces and where it stops being patient.
package struct HTTP2Configuration: Hashable, Sendable {
  /// Streams the peer may open at once; a client allows none.
  package var maxConcurrentStreams: UInt32 = 1_000
  /// The receive window of a stream and of the connection: what gRPC for Java uses.
  package var windowSize: UInt32 = 1 << 20
  package var maxFrameSize = 16_384
  package var maxHeaderListSize = 8_192
  package var maxHeaderBlockSize = 32_768
  package var maxContinuationFrames = 16
  package var maxUnreadAnswers = 65_536
  package var allowances: [HTTP2Limit: HTTP2Allowance] = defaultAllowances

  package init() {}

  package static let defaultAllowances: [HTTP2Limit: HTTP2Allowance] = [
    .ping: HTTP2Allowance(burst: 100, perSecond: 10, perUsefulFrame: 2),
    .settings: HTTP2Allowance(burst: 50, perSecond: 5),
    .reset: HTTP2Allowance(burst: 500, perSecond: 100),
    .emptyData: HTTP2Allowance(burst: 100, perSecond: 10, perUsefulFrame: 1),
    .priority: HTTP2Allowance(burst: 200, perSecond: 20, perUsefulFrame: 2),
    .windowUpdate: HTTP2Allowance(burst: 2_000, perSecond: 200, perUsefulFrame: 4),
    .unknownFrame: HTTP2Allowance(burst: 100, perSecond: 10, perUsefulFrame: 1),
    .closedStreamFrame: HTTP2Allowance(burst: 500, perSecond: 100),
    .goAway: HTTP2Allowance(burst: 10, perSecond: 1),
    .interimResponse: HTTP2Allowance(burst: 100, perSecond: 10),
  ]
}
