// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire
internal import Synchronization

/// One client of the segment store.
///
/// Requests are handled on the connection's IO thread, in order, against the core, which never
/// waits. Answers that have to wait (reads at the tail) come from the thread that ends the wait.
// @unchecked: what is not behind the monitor is touched by the IO thread only.
final class StoreConnection: LinkHandler, @unchecked Sendable {
  struct Shared {
    var outgoing = Outgoing()
    var pauses: Pauses = []
    var link: Link?
  }

  /// Why the connection does not read.
  struct Pauses: OptionSet {
    let rawValue: Int
    static let memory = Pauses(rawValue: 1)
    static let output = Pauses(rawValue: 2)
    static let fault = Pauses(rawValue: 4)
  }

  let core: SegmentStore
  let services: StoreServices
  /// Counted from 1 in the order of acceptance.
  let number: Int
  let shared = Monitor(Shared())

  // Touched by the IO thread only.
  var input = ReceiveBuffer()
  var writers: [AttributeID: WriterState] = [:]
  var pendingBlock: PendingBlock?
  /// Segments on which reads of this connection wait, or have waited.
  var parkedSegments: [ObjectIdentifier: StoredSegment] = [:]
  /// How many reads wait.
  let parkedReads = Atomic<Int>(0)
  /// The connection is at its end; what arrives is ignored.
  var isOver = false
  var requestCount = 0
  /// What the fault plan wants for the reply under way.
  var replyFault: ReplyFault?

  init(core: SegmentStore, services: StoreServices, number: Int) {
    self.core = core
    self.services = services
    self.number = number
  }

  func attach(_ link: Link) {
    shared.withLock { $0.link = link }
  }

  private var link: Link? { shared.withLock { $0.link } }

  // MARK: - LinkHandler

  func linkReceiveSpace() -> UnsafeMutableRawBufferPointer {
    unsafe input.space()
  }

  func linkReceived(_ count: Int) throws {
    input.received(count)
    while !isOver, let frame = try nextFrame() {
      unsafe handleFrame(frame.code, frame.payload)
      input.consume(frame.size)
    }
    if isOver { input.consume(unsafe input.received.count) }
    link?.kick()
  }

  func linkNextBatch(_ batch: inout SendBatch) -> Bool {
    let (parts, link, ends) = shared.withLock { state -> ([OutgoingPart], Link?, Bool) in
      let parts = state.outgoing.take()
      return (
        parts, state.link, parts.isEmpty && state.outgoing.isEnding && state.outgoing.isDrained
      )
    }
    for part in parts {
      switch part {
      case .bytes(let bytes): batch.append(bytes)
      case .slice(let slice):
        unsafe batch.append(slice.pointer, slice.count, owner: slice.chunk)
      }
    }
    if ends { link?.shutdownWhenSent() }
    if parts.isEmpty { resume(.output) }
    return !parts.isEmpty
  }

  func linkTick() -> Deadline { .distantFuture }

  func linkClosed(_ error: NetError?) {
    isOver = true
    for segment in parkedSegments.values { segment.cancelReads(of: ObjectIdentifier(self)) }
    parkedSegments = [:]
    writers = [:]
    shared.withLock { $0.link = nil }
    services.closed(number)
  }

  // MARK: - Frames

  @safe private struct Frame {
    let code: Int32
    let payload: UnsafeRawBufferPointer
    var size: Int { unsafe payload.count + StoreConnection.headerSize }
  }

  static let headerSize = 8
  /// The header counts.
  static let largestFrame = 0xFF_FFFF

  /// The next whole frame, nil if there is none yet.
  private func nextFrame() throws -> Frame? {
    let received = unsafe input.received
    guard received.count >= StoreConnection.headerSize else { return nil }
    let code = unsafe Int32(bigEndian: received.loadUnaligned(as: Int32.self))
    let length = unsafe Int(
      Int32(bigEndian: received.loadUnaligned(fromByteOffset: 4, as: Int32.self)))
    let size = length + StoreConnection.headerSize
    guard length >= 0, size <= StoreConnection.largestFrame else {
      end()
      return nil
    }
    guard received.count >= size else {
      input.reserve(size)
      return nil
    }
    return unsafe Frame(
      code: code, payload: UnsafeRawBufferPointer(rebasing: received[8..<size]))
  }

  /// Ends the connection once everything queued is sent.
  func end() {
    isOver = true
    shared.withLock { $0.outgoing.isEnding = true }
  }

  /// Ends it at once.
  func cut() {
    isOver = true
    shared.withLock { $0.outgoing.isDead = true }
    link?.shutdown()
  }

  // MARK: - Pausing

  func pause(_ reason: Pauses) {
    let link = shared.withLock { state -> Link? in
      let wasReading = state.pauses.isEmpty
      state.pauses.insert(reason)
      return wasReading ? state.link : nil
    }
    link?.pauseReading()
  }

  func resume(_ reason: Pauses) {
    let link = shared.withLock { state -> Link? in
      guard state.pauses.contains(reason) else { return nil }
      state.pauses.remove(reason)
      return state.pauses.isEmpty ? state.link : nil
    }
    link?.resumeReading()
  }
}
