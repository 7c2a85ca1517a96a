// SPDX-License-Identifier: Apache-2.0

/// What the peer announced (RFC 9113 section 6.5.2), with the values that hold before it did.
package struct HTTP2PeerSettings: Hashable, Sendable {
  package private(set) var headerTableSize: UInt32 = 4_096
  package private(set) var maxConcurrentStreams = UInt32.max
  package private(set) var initialWindowSize: UInt32 = 65_535
  package private(set) var maxFrameSize: UInt32 = 16_384
  package private(set) var maxHeaderListSize = UInt32.max

  mutating func apply(
    _ setting: HTTP2Setting, from role: HTTP2Connection.Role
  ) throws(HTTP2Error) {
    let value = setting.value
    switch setting.identifier {
    case HTTP2Setting.Identifier.headerTableSize: headerTableSize = value
    case HTTP2Setting.Identifier.enablePush:
      // A server has no use for the setting and may only say 0 (RFC 9113 section 6.5.2).
      guard value == 0 || (value == 1 && role == .client) else {
        throw HTTP2Error(.protocolError, "SETTINGS_ENABLE_PUSH is \(value)")
      }
    case HTTP2Setting.Identifier.maxConcurrentStreams: maxConcurrentStreams = value
    case HTTP2Setting.Identifier.initialWindowSize:
      guard value <= UInt32(SendWindow.maximum) else {
        throw HTTP2Error(.flowControlError, "SETTINGS_INITIAL_WINDOW_SIZE is \(value)")
      }
      initialWindowSize = value
    case HTTP2Setting.Identifier.maxFrameSize:
      guard (16_384...16_777_215).contains(value) else {
        throw HTTP2Error(.protocolError, "SETTINGS_MAX_FRAME_SIZE is \(value)")
      }
      maxFrameSize = value
    case HTTP2Setting.Identifier.maxHeaderListSize: maxHeaderListSize = value
    default: break  // RFC 9113 section 6.5.2: unknown settings are ignored.
    }
  }
}
