// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PravegaThreads

/// Runs a TLS handshake over a transport that does not wait, by waiting in `poll()`.
struct TLSHandshake {
  private let transport: any Transport
  private let session: TLSSession
  private let deadline: Deadline
  private let interrupt: Interrupt?
  private let name: String?

  init(
    _ transport: any Transport, _ session: TLSSession, deadline: Deadline, _ interrupt: Interrupt?
  ) {
    self.transport = transport
    self.session = session
    self.deadline = deadline
    self.interrupt = interrupt
    name = transport.peer?.description
  }

  func run() throws(NetError) {
    while true {
      switch session.handshake() {
      case .done: return try flush()
      case .needsInput:
        try flush()
        try takeInput()
      case .ended: throw closed()
      case .failed:
        let error = session.failure(call: NetError.handshake, endpoint: name)
        // The alert tells the peer why; whether it arrives is its own affair.
        try? flush()
        throw error
      }
    }
  }

  private func takeInput() throws(NetError) {
    var bytes = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      switch try receive(into: &bytes) {
      case .bytes(let count):
        return unsafe bytes.withUnsafeBytes { bytes in
          unsafe session.put(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
      case .wouldBlock: try wait(for: POLLIN)
      case .end: throw closed()
      }
    }
  }

  private func receive(into bytes: inout [UInt8]) throws(NetError) -> TransportRead {
    do {
      return try unsafe bytes.withUnsafeMutableBufferPointer { space throws(NetError) in
        try unsafe transport.receive(into: UnsafeMutableRawBufferPointer(space))
      }
    } catch {
      throw error.kind == .reset ? closed() : error
    }
  }

  private func flush() throws(NetError) {
    var bytes = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = unsafe bytes.withUnsafeMutableBytes { unsafe session.takeOutput(into: $0) }
      guard count > 0 else { return }
      var sent = 0
      while sent < count {
        let result = try send(bytes[sent..<count])
        switch result {
        case .bytes(let part): sent += part
        case .wouldBlock: try wait(for: POLLOUT)
        }
      }
    }
  }

  private func send(_ bytes: ArraySlice<UInt8>) throws(NetError) -> TransportWrite {
    do throws(NetError) {
      return try unsafe bytes.withUnsafeBufferPointer { bytes throws(NetError) in
        try unsafe transport.sendOne(UnsafeRawBufferPointer(bytes))
      }
    } catch {
      throw error.kind == .reset ? closed() : error
    }
  }

  private func wait(for events: CInt) throws(NetError) {
    let isReady: Bool
    do {
      isReady = try System.wait(
        for: events, of: transport.descriptor, until: deadline, or: interrupt)
    } catch {
      throw NetError(error, endpoint: name)
    }
    guard isReady else { throw NetError.unfinished(NetError.handshake, interrupt, endpoint: name) }
  }

  private func closed() -> NetError {
    NetError(.tls(.peerClosed), call: NetError.handshake, endpoint: name)
  }
}
