// SPDX-License-Identifier: Apache-2.0

/// Cuts received bytes into frames. Keeps at most one unfinished frame.
package struct HTTP2FrameReader: Sendable {
  /// What this side announced as SETTINGS_MAX_FRAME_SIZE.
  private let maximumPayload: Int
  private var bytes: [UInt8] = []
  private var start = 0

  package init(maximumPayload: Int = 16_384) { self.maximumPayload = maximumPayload }

  /// What has not been taken yet.
  package var pending: ArraySlice<UInt8> { bytes[start...] }

  package mutating func append(_ received: some Sequence<UInt8>) {
    compact()
    bytes.append(contentsOf: received)
  }

  /// Takes bytes that are no frame: the client's preface.
  mutating func drop(_ count: Int) { start = min(bytes.count, start + count) }

  /// The next whole frame, or `nil` until more bytes have come.
  package mutating func next() throws(HTTP2Error) -> HTTP2Frame? {
    guard let header = HTTP2FrameHeader(pending) else { return nil }
    guard header.length <= maximumPayload else {
      throw HTTP2Error(
        .frameSizeError, "frame of \(header.length) bytes, the limit is \(maximumPayload)")
    }
    let end = HTTP2FrameHeader.byteCount + header.length
    guard pending.count >= end else { return nil }
    let payload = pending.prefix(end).dropFirst(HTTP2FrameHeader.byteCount)
    start += end
    return try FrameParser.parse(header, payload)
  }

  private mutating func compact() {
    guard start > 0 else { return }
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: bytes.capacity <= 4 * maximumPayload)
    } else {
      bytes.removeFirst(start)
    }
    start = 0
  }
}
