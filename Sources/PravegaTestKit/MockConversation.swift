// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc
internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire

/// One connection of a ``MockStore``: blocking, one frame at a time.
struct MockConversation: ~Copyable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let transport: TCPTransport
  private let patience: Duration
  private var reader = FrameReader(maxPayload: WireLimits.maxPayloadToServer)

  init(transport: TCPTransport, patience: Duration) {
    self.transport = transport
    self.patience = patience
  }

  mutating func play(_ step: MockStore.Step) throws {
    switch step {
    case .expect(let bytes):
      let got = try frame()
      guard got == bytes else {
        throw Failure(
          description: "expected \(Self.text(bytes)), received \(got.map(Self.text) ?? "the end")")
      }
    case .answer(let code, let makeReply):
      guard let got = try frame() else { throw Failure(description: "received the end") }
      guard Self.code(of: got) == code else {
        throw Failure(description: "expected code \(code), received \(Self.text(got))")
      }
      try send(makeReply(Array(got[WireLimits.headerByteCount...])))
    case .send(let bytes): try send(bytes)
    case .expectEnd:
      if let got = try frame() {
        throw Failure(description: "expected the end, received \(Self.text(got))")
      }
    case .close: transport.shutdown()
    }
  }

  // MARK: - Bytes

  /// The next frame with its header, nil at the end of the stream.
  private mutating func frame() throws -> [UInt8]? {
    let deadline = Deadline.after(patience)
    while true {
      if let frame = try reader.next() { return Self.whole(frame) }
      switch try receive() {
      case .bytes(let count): reader.received(count)
      case .wouldBlock: try wait(for: POLLIN, until: deadline)
      case .end: return nil
      }
    }
  }

  /// A reset is an end, too.
  private mutating func receive() throws -> TransportRead {
    do { return try transport.receive(into: reader.receiveSpace()) } catch {
      guard error.kind == .reset else { throw error }
      return .end
    }
  }

  private func send(_ bytes: [UInt8]) throws {
    let deadline = Deadline.after(patience)
    var bytes = bytes
    var sent = 0
    while sent < bytes.count {
      let result = try bytes.withUnsafeMutableBytes { buffer in
        var part = iovec(
          iov_base: buffer.baseAddress.map { $0 + sent }, iov_len: buffer.count - sent)
        return try withUnsafePointer(to: &part) {
          try transport.send(UnsafeBufferPointer(start: $0, count: 1))
        }
      }
      switch result {
      case .bytes(let count): sent += count
      case .wouldBlock: try wait(for: POLLOUT, until: deadline)
      }
    }
  }

  private func wait(for events: Int32, until deadline: Deadline) throws {
    var descriptor = pollfd(fd: transport.descriptor, events: Int16(events), revents: 0)
    _ = poll(&descriptor, 1, deadline.pollTimeoutMilliseconds)
    if deadline.hasPassed { throw Failure(description: "nothing for \(patience)") }
  }

  // MARK: - Frames

  private static func whole(_ frame: RawFrame) -> [UInt8] {
    let words = [UInt32(bitPattern: frame.code), UInt32(frame.payload.count)]
    return words.flatMap { word in (0..<4).map { UInt8(word >> (24 - 8 * $0) & 0xFF) } }
      + frame.payload
  }

  private static func code(of frame: [UInt8]) -> Int32 {
    Int32(bitPattern: frame.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// The command in words, or the beginning of the bytes.
  private static func text(_ frame: [UInt8]) -> String {
    let command = frame.dropFirst(WireLimits.headerByteCount).withUnsafeBytes {
      try? CommandTable.decode(code: code(of: frame), payload: $0)
    }
    return command.map(WireDump.line) ?? "\(frame.count) bytes \(frame.prefix(24))"
  }
}
