// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaNet
import PravegaThreads
import Synchronization
import XCTest

/// A handler that keeps what arrives and sends what it is given.
final class TestPeer: LinkHandler {
  struct State {
    var received: [UInt8] = []
    var receivedCount = 0
    var outgoing: [[UInt8]] = []
    var ticks = 0
    var closedCount = 0
    var error: NetError?
  }

  private let monitor = Monitor(State())
  private let keepsBytes: Bool
  private let refusal: (any Error)?
  private let tickEvery: Duration?
  private let onReceive: (@Sendable ([UInt8]) -> [[UInt8]])?
  private let space = Space()
  private let link = Monitor<Link?>(nil)

  init(
    keepsBytes: Bool = true, refusal: (any Error)? = nil, tickEvery: Duration? = nil,
    onReceive: (@Sendable ([UInt8]) -> [[UInt8]])? = nil
  ) {
    self.keepsBytes = keepsBytes
    self.refusal = refusal
    self.tickEvery = tickEvery
    self.onReceive = onReceive
  }

  /// Makes and starts the link.
  func open(_ transport: any Transport, starts: Bool = true) throws -> Link {
    let made = try Link(transport: transport, name: "prv-io-test", handler: self)
    link.withLock { $0 = made }
    if starts { made.start() }
    return made
  }

  func queue(_ frame: [UInt8]) { monitor.withLock { $0.outgoing.append(frame) } }

  func snapshot() -> State { monitor.withLock { $0 } }

  /// Waits until the state is as wanted; false when it does not come to that in time.
  func wait(_ seconds: Int = 20, until wanted: (State) -> Bool) -> Bool {
    monitor.wait(until: .after(.seconds(seconds))) { wanted($0) ? true : nil } ?? false
  }

  // MARK: LinkHandler

  func linkReceiveSpace() -> UnsafeMutableRawBufferPointer { space.bytes }

  func linkReceived(_ count: Int) throws {
    if let refusal { throw refusal }
    let bytes = [UInt8](space.bytes.prefix(count))
    let answers = onReceive?(bytes) ?? []
    monitor.withLock { state in
      state.receivedCount += count
      if keepsBytes { state.received += bytes }
      state.outgoing += answers
    }
    monitor.signalAll()
    if !answers.isEmpty { link.withLock { $0 }?.kick() }
  }

  func linkNextBatch(_ batch: inout SendBatch) -> Bool {
    let frames = monitor.withLock { state -> [[UInt8]] in
      let frames = Array(state.outgoing.prefix(8))
      state.outgoing.removeFirst(frames.count)
      return frames
    }
    for frame in frames { batch.append(frame) }
    return !frames.isEmpty
  }

  func linkTick() -> Deadline {
    monitor.withLock { $0.ticks += 1 }
    monitor.signalAll()
    return tickEvery.map { .after($0) } ?? .distantFuture
  }

  func linkClosed(_ error: NetError?) {
    monitor.withLock { state in
      state.closedCount += 1
      state.error = error
    }
    monitor.signalAll()
  }

  private final class Space: @unchecked Sendable {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
    deinit { bytes.deallocate() }
  }
}

/// Two connected TCP transports over loopback.
func loopbackPair() throws -> (client: TCPTransport, server: TCPTransport) {
  let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
  defer { listener.close() }
  let client = try connectTCP(to: listener.endpoint, deadline: .after(.seconds(5)))
  return (client, try listener.accept(until: .after(.seconds(5))))
}

/// Bytes that tell their position.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 31 ^ ($0 >> 8)) }
}

/// Runs `body` on a thread and waits for it with a deadline.
func onThread<R: Sendable>(
  _ body: @escaping @Sendable () throws -> R
) -> Future<R> {
  let promise = Promise<R>()
  let future = promise.future
  _ = Worker.start(name: "prv-test") {
    do { promise.succeed(try body()) } catch { promise.fail(error) }
  }
  return future
}

/// The error that `body` throws.
func netError(
  file: StaticString = #filePath, line: UInt = #line, _ body: () throws -> Void
) -> NetError? {
  do {
    try body()
    XCTFail("nothing thrown", file: file, line: line)
  } catch let error as NetError {
    return error
  } catch {
    XCTFail("another error: \(error)", file: file, line: line)
  }
  return nil
}
