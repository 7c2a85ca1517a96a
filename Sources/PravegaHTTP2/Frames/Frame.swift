// SPDX-License-Identifier: Apache-2.0

/// The frame types of RFC 9113 section 6.
package enum HTTP2FrameType: UInt8, CaseIterable, Sendable {
  case data = 0
  case headers = 1
  case priority = 2
  case reset = 3
  case settings = 4
  case pushPromise = 5
  case ping = 6
  case goAway = 7
  case windowUpdate = 8
  case continuation = 9
}

/// One frame, padding and priorities already taken off.
package enum HTTP2Frame: Hashable, Sendable {
  /// `flowControlled` counts the padding too: it is what the windows are charged with.
  case data(StreamID, ArraySlice<UInt8>, flowControlled: Int, endStream: Bool)
  case headers(StreamID, ArraySlice<UInt8>, endStream: Bool, endHeaders: Bool)
  case priority(StreamID)
  case reset(StreamID, HTTP2ErrorCode)
  case settings([HTTP2Setting])
  case settingsAck
  case pushPromise(StreamID)
  case ping(UInt64)
  case pingAck(UInt64)
  case goAway(lastStreamID: StreamID, HTTP2ErrorCode, debug: [UInt8])
  case windowUpdate(StreamID, increment: UInt32)
  case continuation(StreamID, ArraySlice<UInt8>, endHeaders: Bool)
  /// To be ignored (RFC 9113 section 5.5).
  case unknown(type: UInt8)
}

/// One entry of a SETTINGS frame.
package struct HTTP2Setting: Hashable, Sendable {
  package enum Identifier {
    package static let headerTableSize: UInt16 = 1
    package static let enablePush: UInt16 = 2
    package static let maxConcurrentStreams: UInt16 = 3
    package static let initialWindowSize: UInt16 = 4
    package static let maxFrameSize: UInt16 = 5
    package static let maxHeaderListSize: UInt16 = 6
  }

  package let identifier: UInt16
  package let value: UInt32

  package init(_ identifier: UInt16, _ value: UInt32) {
    self.identifier = identifier
    self.value = value
  }
}
