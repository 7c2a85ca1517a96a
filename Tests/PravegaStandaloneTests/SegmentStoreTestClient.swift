// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaNet
import PravegaWire

/// A bare client of a segment store: sends frames, waits for frames.
final class StoreTestClient {
  struct Closed: Error {}
  struct TimedOut: Error {}

  private let socket: CInt
  private var received: [UInt8] = []

  init(port: UInt16, timeout seconds: Int = 5) throws {
    socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      close(socket)
      throw Closed()
    }
  }

  deinit { close(socket) }

  func setTimeout(milliseconds: Int) {
    var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Throws ``TimedOut`` when the server takes no more.
  func send(bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw errno == EAGAIN ? TimedOut() as any Error : Closed() }
      rest = rest.dropFirst(count)
    }
  }

  func send(_ command: some WireCommand) throws {
    try send(bytes: try command.encoded())
  }

  func endSending() { shutdown(socket, CInt(SHUT_WR)) }

  /// The next frame: its code and payload.
  func receive() throws -> (code: Int32, payload: [UInt8]) {
    while true {
      if received.count >= 8 {
        let length = received[4..<8].reduce(0) { $0 << 8 | Int($1) }
        if received.count >= 8 + length {
          let code = received[..<4].reduce(Int32(0)) { $0 << 8 | Int32($1) }
          defer { received.removeFirst(8 + length) }
          return (code, Array(received[8..<(8 + length)]))
        }
      }
      try fill()
    }
  }

  /// The next frame, which must be such a command.
  func receive<T: WireCommand>(_ type: T.Type) throws -> T {
    let (code, payload) = try receive()
    guard code == type.code else { throw WireError.unknownCommand(code) }
    return try payload.withUnsafeBytes { try T(payload: $0) }
  }

  /// All bytes until the server ends the connection.
  func receiveToEnd() throws -> [UInt8] {
    while true {
      do { try fill() } catch is Closed { return received }
    }
  }

  private func fill() throws {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &buffer, buffer.count, 0)
    guard count > 0 else {
      throw count < 0 && errno == EAGAIN ? TimedOut() as any Error : Closed()
    }
    received += buffer[..<count]
  }
}

extension StoreTestClient {
  func setup(
    _ segment: String, writer: WireUUID = WireUUID(high: 1, low: 1), token: String = ""
  ) throws {
    var setup = SetupAppend()
    setup.requestID = 7
    setup.writerID = writer
    setup.segment = segment
    setup.delegationToken = token
    try send(setup)
  }

  static func append(
    _ data: [UInt8], number: Int64, writer: WireUUID = WireUUID(high: 1, low: 1)
  ) -> AppendBlockEnd {
    var append = AppendBlockEnd()
    append.writerID = writer
    append.data = data
    append.numEvents = 1
    append.lastEventNumber = number
    append.requestID = 7
    return append
  }

  static func read(_ segment: String, at offset: Int64, length: Int32 = 1024) -> ReadSegment {
    var read = ReadSegment()
    read.segment = segment
    read.offset = offset
    read.suggestedLength = length
    read.requestID = 9
    return read
  }
}
