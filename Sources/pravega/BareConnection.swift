// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaCLIKit
import PravegaNet
import PravegaThreads

/// A bare socket to a segment store, used by one thread that blocks.
final class BareConnection {
  /// No reply to what is sent here is longer.
  private static let longestReply = 1 << 20

  private let transport: TCPTransport
  private let endpoint: Endpoint
  private let timeout: Duration
  private var input: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 256 << 10)

  init(to endpoint: Endpoint, timeout: Duration) throws {
    self.endpoint = endpoint
    self.timeout = timeout
    do {
      transport = try connectTCP(to: endpoint, deadline: .after(timeout))
    } catch {
      throw Program.Report(
        "cannot reach the segment store: \(error)", hint: "Is a server running there?",
        exitCode: .unavailable)
    }
  }

  static func unexpected(_ type: Int32, _ wanted: String) -> Program.Report {
    Program.Report("the segment store answered command \(type) instead of \(wanted)")
  }

  func close() { transport.close() }

  func greet() throws { try exchange(.hello, .hello) }

  /// Sends a request and waits for its reply.
  func request(_ frame: BareFrame) throws {
    let expected: [Int32: BareFrame.Command] = [
      BareFrame.Command.createSegment.rawValue: .segmentCreated,
      BareFrame.Command.setupAppend.rawValue: .appendSetup,
      BareFrame.Command.deleteSegment.rawValue: .segmentDeleted,
    ]
    let type = frame.finished.prefix(4).reduce(Int32(0)) { $0 << 8 | Int32($1) }
    try exchange(frame, expected[type] ?? .hello)
  }

  private func exchange(_ frame: BareFrame, _ reply: BareFrame.Command) throws {
    try send(frame.finished)
    try receive {
      guard $0.type == reply.rawValue else { throw BareConnection.unexpected($0.type, "\(reply)") }
    }
  }

  /// Blocks until the socket has taken everything.
  func send(_ bytes: [UInt8]) throws {
    try unsafe bytes.withUnsafeBytes { all in
      var done = 0
      while done < all.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: all[done...])
        let count = unsafe Glibc.send(
          transport.descriptor, rest.baseAddress, rest.count,
          CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
        if count >= 0 {
          done += count
        } else if errno == EAGAIN {
          try wait(for: Int16(POLLOUT))
        } else if errno != EINTR {
          throw OutputError(target: "the connection to \(endpoint)", call: "send", errno: errno)
        }
      }
    }
  }

  /// Blocks until at least one whole frame is there, and hands over all that are.
  func receive(_ body: (BareReply) throws -> Void) throws {
    var found = false
    while !found {
      try fill()
      var start = 0
      while let reply = try reply(at: start) {
        found = true
        start = reply.body.endIndex
        try body(reply)
      }
      input.removeSubrange(..<start)
    }
  }

  private func reply(at start: Int) throws -> BareReply? {
    guard input.count - start >= 8 else { return nil }
    let type = input[start..<start + 4].reduce(Int32(0)) { $0 << 8 | Int32($1) }
    let length = input[start + 4..<start + 8].reduce(0) { $0 << 8 | Int($1) }
    guard length <= BareConnection.longestReply else {
      throw Program.Report(
        "\(endpoint) does not speak the segment store's protocol",
        hint: "Is it the controller's address?")
    }
    guard input.count - start - 8 >= length else { return nil }
    return BareReply(type: type, body: input[start + 8..<start + 8 + length])
  }

  private func fill() throws {
    while true {
      let outcome = try unsafe chunk.withUnsafeMutableBytes {
        try unsafe transport.receive(into: $0)
      }
      switch outcome {
      case .bytes(let count): return input.append(contentsOf: chunk[..<count])
      case .wouldBlock: try wait(for: Int16(POLLIN))
      case .end:
        throw Program.Report("the segment store closed the connection", exitCode: .unavailable)
      }
    }
  }

  private func wait(for events: Int16) throws {
    var entry = pollfd(fd: transport.descriptor, events: events, revents: 0)
    let deadline = Deadline.after(timeout)
    while unsafe poll(&entry, 1, deadline.pollTimeoutMilliseconds) <= 0 {
      guard !deadline.hasPassed else {
        throw Program.Report(
          "the segment store \(endpoint) did not answer within \(Human.duration(timeout))",
          exitCode: .timedOut)
      }
    }
  }
}
