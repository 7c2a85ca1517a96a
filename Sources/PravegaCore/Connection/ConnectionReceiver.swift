// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import PravegaWire

/// When a silent store counts as dead.
package struct LivenessSettings: Sendable {
  /// Time between two looks at a connection. A store that owes an answer is asked for a sign of life
  /// after one silent look and given up after the next; one that owes nothing a look later.
  package var interval = Duration.milliseconds(3500)
  /// Looks with unacknowledged blocks and no acknowledgement, however alive the store is otherwise.
  package var looksWithoutAcknowledgement = 8

  package init() {}
}

/// The receiving side of a store connection: assembles frames and watches for silence.
// @unchecked: touched only by the connection's IO thread.
final class ConnectionReceiver: @unchecked Sendable {
  enum Verdict {
    case alive
    case sendKeepAlive
    case dead
  }

  var frames = FrameReader(maxPayload: WireLimits.maxPayloadToClient)
  /// The first bytes of all, while it is not sure who the peer is.
  private(set) var firstBytes: [UInt8] = []
  private var isKnown = false
  private let settings: LivenessSettings
  private var hasReceived = true
  private var silentLooks = 0
  private var stalledLooks = 0
  private var lastAcknowledged = 0
  private var hasStarted = false

  init(_ settings: LivenessSettings) { self.settings = settings }

  /// Takes `count` bytes from the receive space and hands complete frames over.
  func received(_ count: Int, _ body: (ReceivedFrame) throws -> Void) throws {
    hasReceived = true
    if !isKnown { keepFirst(count) }
    frames.received(count)
    while let frame = try frames.next() {
      try unsafe body(ReceivedFrame(code: frame.code, payload: frame.payload, slab: frame.slab))
    }
  }

  /// The peer has said Hello.
  func peerIsKnown() { isKnown = true }

  var isPeerKnown: Bool { isKnown }

  private func keepFirst(_ count: Int) {
    let space = unsafe frames.receiveSpace()
    let missing = ForeignPeer.byteCount - firstBytes.count
    for index in 0..<max(0, min(count, missing, space.count)) {
      unsafe firstBytes.append(space[index])
    }
  }

  var nextLook: Deadline { .after(settings.interval) }

  /// Called when a look is due.
  ///
  /// - Parameters:
  ///   - isAwaited: whether the store owes an answer.
  ///   - unacknowledged: blocks in flight.
  ///   - acknowledged: blocks acknowledged since the connection was made.
  func look(isAwaited: Bool, unacknowledged: Int, acknowledged: Int) -> Verdict {
    guard hasStarted else {
      hasStarted = true
      return .alive
    }
    let isStalled = unacknowledged > 0 && acknowledged == lastAcknowledged
    stalledLooks = isStalled ? stalledLooks + 1 : 0
    lastAcknowledged = acknowledged
    if stalledLooks >= settings.looksWithoutAcknowledgement { return .dead }
    silentLooks = hasReceived ? 0 : silentLooks + 1
    hasReceived = false
    // What waits at the tail is owed nothing: its keep-alives come as often as the Java client's.
    let patience = isAwaited ? 1 : 2
    if silentLooks > patience { return .dead }
    return silentLooks == patience ? .sendKeepAlive : .alive
  }
}
