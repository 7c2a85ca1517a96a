// SPDX-License-Identifier: Apache-2.0

package import Glibc
internal import PravegaThreads
internal import Synchronization

/// A connected stream socket without encryption.
package final class TCPTransport: Transport {
  package let descriptor: CInt
  package let peer: Endpoint?
  private let name: String?
  /// Kept under a lock so that nobody shuts down a number that has been given to another file.
  private let socket: Monitor<FileDescriptor?>
  private let isClosed = Atomic<Bool>(false)

  init(_ socket: consuming FileDescriptor, peer: Endpoint?, name: String? = nil) {
    descriptor = socket.number
    self.peer = peer
    self.name = name ?? peer?.description
    self.socket = Monitor<FileDescriptor?>(consume socket)
  }

  package var allowsSendingFromAnyThread: Bool { true }

  /// The address of this end.
  package var local: Endpoint? {
    isClosed.load(ordering: .acquiring) ? nil : System.localAddress(descriptor)?.endpoint
  }

  package func receive(
    into space: UnsafeMutableRawBufferPointer
  ) throws(NetError) -> TransportRead {
    try checkOpen("recv")
    do {
      let count = try unsafe System.receive(descriptor, into: space)
      return unsafe count == 0 && !space.isEmpty ? .end : .bytes(count)
    } catch {
      if error.isWouldBlock { return .wouldBlock(wantsWrite: false) }
      throw NetError(error, endpoint: name)
    }
  }

  package func send(_ buffers: UnsafeBufferPointer<iovec>) throws(NetError) -> TransportWrite {
    try checkOpen("sendmsg")
    do {
      return .bytes(try unsafe System.send(descriptor, buffers))
    } catch {
      if error.isWouldBlock { return .wouldBlock(wantsRead: false) }
      throw NetError(error, endpoint: name)
    }
  }

  package func shutdown() {
    socket.withLock { if $0 != nil { System.shutdown(descriptor) } }
  }

  package func shutdownSending() {
    socket.withLock { if $0 != nil { System.shutdownSending(descriptor) } }
  }

  package func close() {
    isClosed.store(true, ordering: .releasing)
    _ = socket.withLock { $0.take() }
  }

  private func checkOpen(_ call: String) throws(NetError) {
    guard !isClosed.load(ordering: .acquiring) else {
      throw NetError(.closed, call: call, endpoint: name)
    }
  }
}

/// Two connected transports within this process.
package enum PipeTransport {
  /// - Parameter bufferByteCount: about how many bytes each direction holds before its sender
  ///   has to wait; nil for the system's default.
  package static func makePair(
    bufferByteCount: Int? = nil
  ) throws(NetError) -> (TCPTransport, TCPTransport) {
    do {
      let (a, b) = try System.socketPair()
      let first = TCPTransport(FileDescriptor(owning: a), peer: nil, name: "pipe")
      let second = TCPTransport(FileDescriptor(owning: b), peer: nil, name: "pipe")
      if let bufferByteCount {
        for end in [a, b] {
          try System.setOption(
            end, level: SOL_SOCKET, SO_SNDBUF, CInt(clamping: bufferByteCount))
        }
      }
      return (first, second)
    } catch {
      throw NetError(error)
    }
  }
}
