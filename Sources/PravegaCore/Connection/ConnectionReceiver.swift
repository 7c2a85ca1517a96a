// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import PravegaWire

/// The receiving side of a store connection: assembles frames and watches for silence.
// @unchecked: touched only by the connection's IO thread.
final class ConnectionReceiver: @unchecked Sendable {
  enum Tick {
    case idle(next: Deadline)
    case sendKeepAlive(next: Deadline)
    case dead
  }

  var frames = FrameReader(maxPayload: WireLimits.maxPayloadToClient)
  private var hasReceived = false
  private var silentTicks = 0

  /// First check after connecting, as the Java client does.
  static let firstCheck = Duration.seconds(20)
  static let checkInterval = Duration.seconds(10)
  private var hasStarted = false

  /// Takes `count` bytes from the receive space and hands complete frames over.
  func received(_ count: Int, _ body: (ReceivedFrame) throws -> Void) throws {
    hasReceived = true
    frames.received(count)
    while let frame = try frames.next() {
      try unsafe body(ReceivedFrame(code: frame.code, payload: frame.payload, slab: frame.slab))
    }
  }

  /// Called when a check is due: after one silent interval a KeepAlive goes out, after a second one the
  /// connection counts as dead.
  func tick() -> Tick {
    guard hasStarted else {
      hasStarted = true
      return .idle(next: .after(Self.firstCheck))
    }
    defer { hasReceived = false }
    let next = Deadline.after(Self.checkInterval)
    if hasReceived {
      silentTicks = 0
      return .idle(next: next)
    }
    silentTicks += 1
    return silentTicks > 1 ? .dead : .sendKeepAlive(next: next)
  }
}
