// SPDX-License-Identifier: Apache-2.0

/// What the connection keeps of a stream that is not closed.
struct HTTP2Stream: Sendable {
  /// What waits to be sent on a stream: bytes wait for the windows, trailers for the bytes.
  enum Outgoing: Sendable {
    case data(ArraySlice<UInt8>)
    case headers([HeaderField])
  }

  var state: StreamState = .idle
  var sendWindow: SendWindow
  var receiveWindow: ReceiveWindow
  var body = BodyLength()

  private(set) var outgoing: [Outgoing] = []
  private(set) var outgoingBytes = 0
  /// Nothing may be queued behind what is queued.
  private(set) var isFinished = false
  /// The final header list has come: the next one is trailers.
  var hasReceivedHeaders = false

  init(sendWindow: UInt32, receiveWindow: UInt32) {
    self.sendWindow = SendWindow(sendWindow)
    self.receiveWindow = ReceiveWindow(receiveWindow)
  }

  mutating func enqueue(_ next: Outgoing, end: Bool) {
    if case .data(let bytes) = next { outgoingBytes += bytes.count }
    outgoing.append(next)
    isFinished = end
  }

  /// Nothing will be queued: the header list was all.
  mutating func finish() { isFinished = true }

  /// Takes at most `limit` bytes that the stream's own window admits, or the header list in front.
  mutating func nextOutgoing(limit: Int) -> (Outgoing, isLast: Bool)? {
    guard let first = outgoing.first else { return nil }
    switch first {
    case .headers:
      outgoing.removeFirst()
      return (first, isFinished && outgoing.isEmpty)
    case .data(let bytes):
      let count = min(bytes.count, limit, Int(clamping: max(0, sendWindow.available)))
      // An empty frame that ends the stream needs no window.
      guard count > 0 || bytes.isEmpty else { return nil }
      sendWindow.consume(count)
      outgoingBytes -= count
      if count == bytes.count {
        outgoing.removeFirst()
      } else {
        outgoing[0] = .data(bytes.dropFirst(count))
      }
      return (.data(bytes.prefix(count)), isFinished && outgoing.isEmpty)
    }
  }
}

/// Compares the body with what `content-length` promised (RFC 9113 section 8.1.1).
struct BodyLength: Sendable {
  private var expected: Int?
  private var received = 0

  /// - Returns: whether the value is a length at all.
  mutating func expect(_ value: String) -> Bool {
    guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(value) else {
      return false
    }
    defer { expected = length }
    return expected == nil || expected == length
  }

  /// - Returns: whether the body can still be, or is, as long as promised.
  mutating func receive(_ count: Int, isLast: Bool) -> Bool {
    received &+= count
    guard let expected else { return true }
    return isLast ? received == expected : received <= expected
  }
}
