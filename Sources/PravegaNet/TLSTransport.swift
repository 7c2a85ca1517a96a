// SPDX-License-Identifier: Apache-2.0

package import Glibc
package import PravegaThreads

/// TLS over another transport.
///
/// OpenSSL works between memories; reading and writing sockets stays with the inner transport, so
/// that no SIGPIPE and no hidden wait can come from it. The receiving thread is the only one that
/// sends.
// @unchecked: the buffers are used by one thread at a time, as TLSSession is.
@safe
package final class TLSTransport: Transport, @unchecked Sendable {
  private let inner: any Transport
  let session: TLSSession
  private let name: String?
  /// Ciphertext on its way from or to the socket.
  private let received: UnsafeMutableRawBufferPointer
  private let unsent: UnsafeMutableRawBufferPointer
  private var unsentRange = 0..<0
  /// Small buffers of one call, gathered into full records.
  private let record: UnsafeMutableRawBufferPointer
  package let negotiatedProtocol: String?

  private static let recordByteCount = 16 * 1024
  private static let bufferByteCount = 64 * 1024

  /// Does the handshake of a client over a connected transport.
  ///
  /// Blocks the calling thread at most until `deadline`. When it fails `transport` is closed.
  ///
  /// - Parameters:
  ///   - host: the name or address literal that the certificate must be for.
  ///   - interrupt: ends the wait from another thread.
  package static func connect(
    over transport: any Transport, context: TLSContext, host: String, deadline: Deadline,
    interrupt: Interrupt? = nil
  ) throws(NetError) -> TLSTransport {
    do {
      let session = try TLSSession(context)
      try session.expect(host: host)
      return try TLSTransport(transport, session, deadline: deadline, interrupt)
    } catch {
      transport.close()
      throw error
    }
  }

  /// Does the handshake of a server over an accepted transport.
  ///
  /// Blocks the calling thread at most until `deadline`. When it fails `transport` is closed.
  package static func accept(
    over transport: any Transport, context: TLSContext, deadline: Deadline
  ) throws(NetError) -> TLSTransport {
    do {
      return try TLSTransport(transport, TLSSession(context), deadline: deadline)
    } catch {
      if error.kind == .tls(.peerIsNotTLS) { sendAlert(transport) }
      if case .tls = error.kind { linger(transport) }
      transport.close()
      throw error
    }
  }

  /// OpenSSL has no answer for a client that does not speak TLS; this one tells it what it met:
  /// record type 21, TLS 1.0, two bytes: fatal, protocol version.
  private static func sendAlert(_ transport: any Transport) {
    let alert: [UInt8] = [21, 3, 1, 0, 2, 2, 70]
    unsafe alert.withUnsafeBytes { _ = try? unsafe transport.sendOne($0) }
  }

  /// Lets the client read the alert, from which it learns that this port speaks TLS: a socket
  /// closed with unread input takes it back.
  private static func linger(_ transport: any Transport) {
    transport.shutdownSending()
    let deadline = Deadline.after(.milliseconds(500))
    var entries = [pollfd(fd: transport.descriptor, events: Int16(POLLIN), revents: 0)]
    unsafe withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 16) { space in
      while !deadline.hasPassed {
        guard let result = try? unsafe transport.receive(into: space), result != .end else {
          return
        }
        guard case .wouldBlock = result else { continue }
        guard let count = try? System.poll(&entries, until: deadline), count > 0 else { return }
      }
    }
  }

  private init(
    _ inner: any Transport, _ session: TLSSession, deadline: Deadline,
    _ interrupt: Interrupt? = nil
  ) throws(NetError) {
    try TLSHandshake(inner, session, deadline: deadline, interrupt).run()
    self.inner = inner
    self.session = session
    name = inner.peer?.description
    negotiatedProtocol = session.negotiatedProtocol
    unsafe received = .allocate(byteCount: TLSTransport.bufferByteCount, alignment: 16)
    unsafe unsent = .allocate(byteCount: TLSTransport.bufferByteCount, alignment: 16)
    unsafe record = .allocate(byteCount: TLSTransport.recordByteCount, alignment: 16)
  }

  deinit {
    unsafe received.deallocate()
    unsafe unsent.deallocate()
    unsafe record.deallocate()
  }

  package var descriptor: CInt { inner.descriptor }
  package var peer: Endpoint? { inner.peer }
  package var allowsSendingFromAnyThread: Bool { false }
  package var mayHoldInput: Bool { session.mayHoldInput || session.inputCount > 0 || mayHoldOutput }
  package var mayHoldOutput: Bool { !unsentRange.isEmpty || session.outputCount > 0 }

  package func shutdown() { inner.shutdown() }
  package func close() { inner.close() }

  /// By the receiving thread, like everything that writes.
  package func shutdownSending() {
    session.sayGoodbye()
    _ = try? flush()
    inner.shutdownSending()
  }

  // MARK: Receiving

  package func receive(
    into space: UnsafeMutableRawBufferPointer
  ) throws(NetError) -> TransportRead {
    var count = 0
    while count < space.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: space[count...])
      switch unsafe session.read(into: rest) {
      case .done(let read): count += read
      case .needsInput:
        // What has been read goes up at once; the socket is asked again in the next call.
        if count > 0 { return .bytes(count) }
        if let result = try takeInput() { return result }
      case .ended: return count > 0 ? .bytes(count) : .end
      case .failed:
        if count > 0 { return .bytes(count) }
        let error = session.failure(call: "SSL_read", endpoint: name)
        _ = try? flush()
        throw error
      }
    }
    return .bytes(count)
  }

  /// Nil when ciphertext came.
  private func takeInput() throws(NetError) -> TransportRead? {
    try flush()
    switch try unsafe inner.receive(into: received) {
    case .bytes(let count):
      unsafe session.put(UnsafeRawBufferPointer(rebasing: received[..<count]))
      return nil
    case .wouldBlock: return .wouldBlock(wantsWrite: mayHoldOutput)
    // Frames have lengths, so an end without TLS's own goodbye cannot pass for a whole stream.
    case .end: return .end
    }
  }

  // MARK: Sending

  package func send(_ buffers: UnsafeBufferPointer<iovec>) throws(NetError) -> TransportWrite {
    guard try flush() else { return .wouldBlock(wantsRead: false) }
    var position = BufferPosition()
    var sent = 0
    while let piece = unsafe position.next(of: buffers, gatheringInto: record) {
      try unsafe encrypt(piece)
      sent += piece.count
      if session.outputCount >= TLSTransport.bufferByteCount, try !flush() { return .bytes(sent) }
    }
    try flush()
    return .bytes(sent)
  }

  private func encrypt(_ piece: UnsafeRawBufferPointer) throws(NetError) {
    var done = 0
    while done < piece.count {
      // The output is a memory that grows, and renegotiation is off: nothing to wait for.
      guard case .done(let count) = unsafe session.write(.init(rebasing: piece[done...])) else {
        throw session.failure(call: "SSL_write", endpoint: name)
      }
      done += count
    }
  }

  /// Sends ciphertext; false when the socket is full.
  @discardableResult
  private func flush() throws(NetError) -> Bool {
    while true {
      if unsentRange.isEmpty {
        let count = unsafe session.takeOutput(into: unsent)
        guard count > 0 else { return true }
        unsentRange = 0..<count
      }
      let bytes = unsafe UnsafeRawBufferPointer(rebasing: unsent[unsentRange])
      guard case .bytes(let count) = try unsafe inner.sendOne(bytes) else { return false }
      unsentRange = (unsentRange.lowerBound + count)..<unsentRange.upperBound
    }
  }
}

extension Transport {
  /// Sends one buffer.
  func sendOne(_ bytes: UnsafeRawBufferPointer) throws(NetError) -> TransportWrite {
    var buffer = unsafe iovec(
      iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    return try unsafe withUnsafePointer(to: &buffer) { pointer throws(NetError) in
      try unsafe send(UnsafeBufferPointer(start: pointer, count: 1))
    }
  }
}

/// Walks over buffers in pieces of at most a TLS record.
private struct BufferPosition {
  private var index = 0
  private var offset = 0

  /// A large buffer's next piece as it is, or small ones gathered into `record`.
  mutating func next(
    of buffers: UnsafeBufferPointer<iovec>, gatheringInto record: UnsafeMutableRawBufferPointer
  ) -> UnsafeRawBufferPointer? {
    var count = 0
    while index < buffers.count {
      let buffer = unsafe buffers[index]
      let left = unsafe buffer.iov_len - offset
      if count == 0, left >= record.count {
        let start = unsafe buffer.iov_base + offset
        advance(by: record.count, of: left)
        return unsafe UnsafeRawBufferPointer(start: start, count: record.count)
      }
      let part = min(left, record.count - count)
      guard part > 0 || left == 0 else { break }
      if part > 0, let target = record.baseAddress {
        unsafe (target + count).copyMemory(from: buffer.iov_base + offset, byteCount: part)
      }
      count += part
      advance(by: part, of: left)
    }
    guard count > 0 else { return nil }
    return unsafe UnsafeRawBufferPointer(rebasing: record[..<count])
  }

  private mutating func advance(by part: Int, of left: Int) {
    if part == left {
      index += 1
      offset = 0
    } else {
      offset += part
    }
  }
}
