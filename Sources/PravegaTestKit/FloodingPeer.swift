// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import PravegaNet
package import PravegaThreads

/// One end of an HTTP/2 connection that says the same over and over, faster than anybody needs it,
/// and remembers what it hears.
package struct FloodingPeer {
  /// What became of a flood.
  package struct Outcome {
    /// How many bytes the other side, or the machine between, has taken.
    package var sentByteCount = 0
    /// Whether the other side ended the connection.
    package var hasEnded = false
    /// The error code of the other side's last GOAWAY.
    package var goAwayCode: UInt32?
  }

  private let transport: TCPTransport
  private var heard: [UInt8] = []
  private var outcome = Outcome()
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  package init(_ transport: TCPTransport) { self.transport = transport }

  /// Sends `bytes` and waits for a frame of a type.
  package mutating func open(
    _ bytes: [UInt8], awaiting frameType: UInt8, until deadline: Deadline
  ) {
    var left = bytes[...]
    while !left.isEmpty || !frames().contains(where: { $0.type == frameType }) {
      guard !deadline.hasPassed, !outcome.hasEnded else { return }
      step(&left, until: deadline)
    }
  }

  /// Sends `opening` and then `pieces`, one after the other and again, until the other side ends
  /// the connection, at most `limit` bytes.
  package mutating func flood(
    _ opening: [UInt8], _ pieces: (Int) -> [UInt8], limit: Int, until deadline: Deadline
  ) -> Outcome {
    var round = 0
    var left = opening[...]
    while !outcome.hasEnded, !deadline.hasPassed {
      if left.isEmpty {
        guard outcome.sentByteCount < limit else { break }
        // Many in one call: else this side would be the slow one.
        while left.count < 16 << 10 {
          left += pieces(round)
          round += 1
        }
      }
      step(&left, until: deadline)
    }
    outcome.goAwayCode = frames().last { $0.type == 7 }?.code
    transport.shutdown()
    transport.close()
    return outcome
  }

  /// Sends what goes and receives what is there; waits when neither is possible.
  private mutating func step(_ left: inout ArraySlice<UInt8>, until deadline: Deadline) {
    let sent = send(left)
    left = left.dropFirst(sent)
    outcome.sentByteCount += sent
    guard !receive(), sent == 0, !outcome.hasEnded else { return }
    let events = Int16(left.isEmpty ? POLLIN : POLLIN | POLLOUT)
    var descriptor = pollfd(fd: transport.descriptor, events: events, revents: 0)
    _ = unsafe poll(&descriptor, 1, min(100, deadline.pollTimeoutMilliseconds))
  }

  private func send(_ bytes: ArraySlice<UInt8>) -> Int {
    guard !bytes.isEmpty else { return 0 }
    var copy = Array(bytes)
    return unsafe copy.withUnsafeMutableBytes { buffer in
      var part = unsafe iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
      let result = try? unsafe withUnsafePointer(to: &part) {
        try unsafe transport.send(UnsafeBufferPointer(start: $0, count: 1))
      }
      // What cannot be sent is an end, and the end is found by receiving.
      guard case .bytes(let count)? = result else { return 0 }
      return count
    }
  }

  /// - Returns: whether something came.
  private mutating func receive() -> Bool {
    var space = [UInt8](repeating: 0, count: 64 << 10)
    let result = try? unsafe space.withUnsafeMutableBytes { try unsafe transport.receive(into: $0) }
    switch result {
    case .bytes(let count)?:
      heard += space.prefix(count)
      return true
    case .wouldBlock?: return false
    case .end?, nil:
      outcome.hasEnded = true
      return false
    }
  }

  /// The frames heard so far; of a GOAWAY with its code.
  private func frames() -> [(type: UInt8, code: UInt32?)] {
    var rest = heard[...]
    if rest.starts(with: Self.preface) { rest = rest.dropFirst(Self.preface.count) }
    var frames: [(UInt8, UInt32?)] = []
    while rest.count >= 9 {
      let header = Array(rest.prefix(9))
      let length = header[..<3].reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 9 + length else { break }
      let payload = rest.dropFirst(9).prefix(length)
      let code = payload.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
      frames.append((header[3], header[3] == 7 ? code : nil))
      rest = rest.dropFirst(9 + length)
    }
    return frames
  }
}
