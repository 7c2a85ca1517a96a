// SPDX-License-Identifier: Apache-2.0

package import Glibc
package import PravegaNet
internal import Synchronization

/// A transport that misbehaves as networks do: it takes few bytes at a time, brings few at a time,
/// or breaks after so many.
package final class CuttingTransport: Transport {
  /// What goes wrong; nil means nothing does.
  package struct Plan: Sendable {
    /// Breaks when that many bytes have been sent.
    package var cutAfterSending: Int?
    /// Breaks when that many bytes have been received.
    package var cutAfterReceiving: Int?
    /// The most bytes that one call sends.
    package var largestSend: Int?
    /// The most bytes that one call receives.
    package var largestReceive: Int?

    package init() {}
  }

  private let inner: any Transport
  private let plan: Plan
  private let sent = Atomic<Int>(0)
  private let received = Atomic<Int>(0)

  package init(_ inner: any Transport, plan: Plan) {
    self.inner = inner
    self.plan = plan
  }

  /// Bytes sent so far.
  package var sentByteCount: Int { sent.load(ordering: .acquiring) }
  /// Bytes received so far.
  package var receivedByteCount: Int { received.load(ordering: .acquiring) }

  package var descriptor: CInt { inner.descriptor }
  package var allowsSendingFromAnyThread: Bool { inner.allowsSendingFromAnyThread }
  package var mayHoldInput: Bool { inner.mayHoldInput }
  package var mayHoldOutput: Bool { inner.mayHoldOutput }
  package var peer: Endpoint? { inner.peer }
  package var negotiatedProtocol: String? { inner.negotiatedProtocol }
  package func shutdown() { inner.shutdown() }
  package func shutdownSending() { inner.shutdownSending() }
  package func close() { inner.close() }

  package func receive(
    into space: UnsafeMutableRawBufferPointer
  ) throws(NetError) -> TransportRead {
    let limit = try allowance(received, plan.cutAfterReceiving, plan.largestReceive, "recv")
    let part = UnsafeMutableRawBufferPointer(rebasing: space.prefix(limit))
    let result = try inner.receive(into: part)
    if case .bytes(let count) = result { received.add(count, ordering: .acquiringAndReleasing) }
    return result
  }

  package func send(_ buffers: UnsafeBufferPointer<iovec>) throws(NetError) -> TransportWrite {
    let limit = try allowance(sent, plan.cutAfterSending, plan.largestSend, "sendmsg")
    var parts: [iovec] = []
    var left = limit
    for buffer in buffers where left > 0 {
      let count = min(left, buffer.iov_len)
      parts.append(iovec(iov_base: buffer.iov_base, iov_len: count))
      left -= count
    }
    let result = try parts.withUnsafeBufferPointer { parts throws(NetError) in
      try inner.send(parts)
    }
    if case .bytes(let count) = result { sent.add(count, ordering: .acquiringAndReleasing) }
    return result
  }

  /// How many bytes the next call may move.
  private func allowance(
    _ moved: borrowing Atomic<Int>, _ cut: Int?, _ largest: Int?, _ call: String
  ) throws(NetError) -> Int {
    let left = (cut ?? .max) - (cut == nil ? 0 : moved.load(ordering: .acquiring))
    guard left > 0 else {
      inner.shutdown()
      throw NetError(.reset, call: call, code: ECONNRESET, detail: "cut by the test")
    }
    return min(left, largest ?? .max)
  }
}
