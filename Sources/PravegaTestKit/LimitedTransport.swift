// SPDX-License-Identifier: Apache-2.0

package import Glibc
package import PravegaNet
internal import PravegaThreads

/// A byte stream that ends after exactly so many bytes in either direction.
package final class LimitedTransport: Transport {
  private struct State {
    var limit = ConnectionCutter.Limit()
    var sent = 0
    var received = 0
  }

  private let base: any Transport
  private let monitor = Monitor(State())

  package init(_ base: any Transport) { self.base = base }

  package var limit: ConnectionCutter.Limit {
    get { monitor.withLock { $0.limit } }
    set {
      let isOver = monitor.withLock { state -> Bool in
        state.limit = newValue
        return state.sent >= newValue.sent || state.received >= newValue.received
      }
      if isOver { base.shutdown() }
    }
  }

  package var traffic: (sent: Int, received: Int) {
    monitor.withLock { ($0.sent, $0.received) }
  }

  package var descriptor: CInt { base.descriptor }
  package var allowsSendingFromAnyThread: Bool { base.allowsSendingFromAnyThread }
  package var mayHoldInput: Bool { base.mayHoldInput }
  package var mayHoldOutput: Bool { base.mayHoldOutput }
  package var peer: Endpoint? { base.peer }
  package var negotiatedProtocol: String? { base.negotiatedProtocol }

  package func receive(
    into space: UnsafeMutableRawBufferPointer
  ) throws(NetError) -> TransportRead {
    let room = monitor.withLock { $0.limit.received - $0.received }
    guard room > 0 else {
      base.shutdown()
      return .end
    }
    let part = UnsafeMutableRawBufferPointer(rebasing: space.prefix(room))
    let result = try base.receive(into: part)
    if case .bytes(let count) = result { monitor.withLock { $0.received += count } }
    return result
  }

  package func send(_ buffers: UnsafeBufferPointer<iovec>) throws(NetError) -> TransportWrite {
    var room = monitor.withLock { $0.limit.sent - $0.sent }
    guard room > 0 else {
      base.shutdown()
      throw NetError(.reset, call: "send", code: ECONNRESET)
    }
    var parts: [iovec] = []
    for buffer in buffers where room > 0 {
      var part = buffer
      part.iov_len = min(part.iov_len, room)
      room -= part.iov_len
      parts.append(part)
    }
    var result: Result<TransportWrite, NetError> = .success(.bytes(0))
    parts.withUnsafeBufferPointer { parts in
      do throws(NetError) { result = .success(try base.send(parts)) } catch {
        result = .failure(error)
      }
    }
    let written = try result.get()
    if case .bytes(let count) = written { note(sent: count) }
    return written
  }

  /// Whatever was taken reaches the peer before the end does.
  private func note(sent count: Int) {
    let isOver = monitor.withLock { state -> Bool in
      state.sent += count
      return state.sent >= state.limit.sent
    }
    if isOver { base.shutdown() }
  }

  package func shutdown() { base.shutdown() }
  package func shutdownSending() { base.shutdownSending() }
  package func close() { base.close() }
}
