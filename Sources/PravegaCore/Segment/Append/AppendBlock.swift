// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaWire

/// Events of one segment that go to the store as one `AppendBlockEnd`, and stay until it has
/// acknowledged them.
///
/// The frame is built in place: room for its head is kept at the front of the first chunk and
/// room for its tail at the end of each. Once frozen the bytes never change, so that a resend
/// after a reconnect repeats the same frame.
// @unchecked: changed under its writer's lock until it is frozen, later only read.
@safe
final class AppendBlock: @unchecked Sendable {
  /// A stretch of the frame and what keeps its memory alive.
  @safe
  private struct Piece {
    let owner: AnyObject
    let base: UnsafeRawPointer
    let count: Int
  }

  let completion = BlockCompletion()
  /// Number of the first event in its segment writer's sequence.
  private(set) var firstNumber: Int64 = 0
  /// Bytes of framed events.
  private(set) var byteCount = 0
  private(set) var eventCount = 0
  private(set) var isFrozen = false
  /// Whether it was sent on a connection that broke later, so that nobody knows what became of it.
  var isInDoubt = false
  /// Whether it was sent on an earlier connection, whose bytes the store may come to after it has
  /// answered the set-up on this one.
  var mayLinger = false
  /// One word for every event: see ``RoutingWord``.
  private var routing = RoutingWords()

  /// Most blocks lie in one chunk: no array for them.
  private var firstPiece: Piece?
  private var morePieces: [Piece] = []
  private var tail: Chunk
  private var pieceStart = 0
  private var used: Int
  /// Room that the open lane had at first.
  private var laneByteCount = 0

  init(chunk: Chunk) {
    tail = chunk
    used = AppendFrame.headByteCount
  }

  /// Number of the last event.
  var lastNumber: Int64 { firstNumber + Int64(eventCount) - 1 }

  /// Bytes that still fit in the last chunk.
  var room: Int { tail.capacity - AppendFrame.tailByteCount - used }

  /// Goes on in another chunk.
  func extend(with chunk: Chunk) {
    closePiece()
    tail = chunk
    pieceStart = 0
    used = 0
  }

  /// Adds one event whose header and payload fit in ``room``.
  @inline(__always)
  func append(_ payload: UnsafeRawBufferPointer, routing word: RoutingWord) {
    appendHeader(payload.count)
    unsafe copy(payload)
    finishEvent(payload.count, word)
  }

  /// Adds events that are framed already and belong together; they must fit in ``room``.
  func append(framed bytes: UnsafeRawBufferPointer, routing words: [RoutingWord]) {
    unsafe copy(bytes)
    finishFramed(bytes.count, words)
  }

  /// Adds framed events that stay where they are.
  func append(ridingFramed payload: RidingPayload, routing words: [RoutingWord]) {
    closePiece()
    addPiece(payload)
    finishFramed(payload.count, words)
  }

  /// Adds one event whose payload stays where it is; its header must fit in ``room``.
  func append(riding payload: RidingPayload, routing word: RoutingWord) {
    appendHeader(payload.count)
    closePiece()
    addPiece(payload)
    finishEvent(payload.count, word)
  }

  /// A lane for events that fit and leave the block below `limit` bytes.
  func openLane(limit: Int) -> WriteLane {
    laneByteCount = max(0, min(room, limit - 1 - byteCount))
    return unsafe WriteLane(
      to: tail.base + used, bytesLeft: laneByteCount, words: routing.spare, eventCount: eventCount,
      completion: completion)
  }

  /// Takes note of what went through the lane.
  func close(_ lane: WriteLane) {
    let added = laneByteCount - lane.bytesLeft
    routing.advance(by: lane.eventCount - eventCount)
    eventCount = lane.eventCount
    used += added
    byteCount += added
    laneByteCount = 0
  }

  private func addPiece(_ payload: RidingPayload) {
    guard let base = unsafe payload.base, payload.count > 0 else { return }
    unsafe add(Piece(owner: payload, base: base, count: payload.count))
  }

  private func add(_ piece: Piece) {
    if firstPiece == nil { firstPiece = piece } else { morePieces.append(piece) }
  }

  private var pieces: [Piece] { (firstPiece.map { [$0] } ?? []) + morePieces }

  @inline(__always)
  private func copy(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    unsafe (tail.base + used).copyMemory(from: source, byteCount: bytes.count)
    used += bytes.count
  }

  private func finishFramed(_ count: Int, _ words: [RoutingWord]) {
    byteCount += count
    eventCount += words.count
    for word in words { routing.append(word) }
  }

  @inline(__always)
  private func appendHeader(_ payloadByteCount: Int) {
    unsafe EventFraming.writeHeader(to: tail.base + used, payloadByteCount: payloadByteCount)
    used += EventFraming.headerByteCount
  }

  @inline(__always)
  private func finishEvent(_ payloadByteCount: Int, _ word: RoutingWord) {
    byteCount += EventFraming.headerByteCount + payloadByteCount
    eventCount += 1
    routing.append(word)
  }

  private func closePiece() {
    if used > pieceStart {
      unsafe add(
        Piece(owner: tail, base: UnsafeRawPointer(tail.base + pieceStart), count: used - pieceStart)
      )
    }
    pieceStart = used
  }

  /// Completes the frame. Afterwards the block takes no more events.
  func freeze(firstNumber: Int64, writerID: WireUUID, requestID: Int64) {
    guard !isFrozen else { return }
    isFrozen = true
    self.firstNumber = firstNumber
    unsafe AppendFrame.writeTail(
      to: tail.base + used, eventCount: eventCount, lastEventNumber: lastNumber,
      requestID: requestID)
    used += AppendFrame.tailByteCount
    closePiece()
    guard let first = firstPiece else { return }
    unsafe AppendFrame.writeHead(
      to: UnsafeMutableRawPointer(mutating: first.base), writerID: writerID, byteCount: byteCount)
  }

  /// Adds the frozen frame to what is being sent; the batch keeps the memory alive.
  func add(to batch: inout SendBatch) {
    guard let first = firstPiece else { return }
    unsafe batch.append(first.base, first.count, owner: first.owner)
    for piece in morePieces {
      unsafe batch.append(piece.base, piece.count, owner: piece.owner)
    }
  }

  /// The events with the mark of a ``WriterSeat``.
  func indices(of mark: UInt64) -> [Int] { (0..<routing.count).filter { routing[$0].seat == mark } }

  /// Calls `body` with each event's framed bytes, in order, copied to one place if need be.
  func forEachEvent(_ body: (UnsafeRawBufferPointer, RoutingWord) -> Void) {
    var cursor = unsafe PieceCursor(
      pieces.map { unsafe UnsafeRawBufferPointer(start: $0.base, count: $0.count) })
    cursor.skip(AppendFrame.headByteCount)
    for index in 0..<routing.count {
      let word = routing[index]
      let header = cursor.copy(EventFraming.headerByteCount)
      let length = header.suffix(4).reduce(0) { $0 << 8 | Int($1) }
      let payload = cursor.copy(length)
      unsafe payload.withUnsafeBytes { unsafe body($0, word) }
    }
  }
}

/// Walks over bytes that lie in several places.
@safe
private struct PieceCursor {
  private let pieces: [UnsafeRawBufferPointer]
  private var piece = 0
  private var offset = 0

  init(_ pieces: [UnsafeRawBufferPointer]) { unsafe self.pieces = pieces }

  mutating func skip(_ count: Int) { _ = copy(count) }

  mutating func copy(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count, unsafe piece < pieces.count {
      let rest = unsafe pieces[piece].count - offset
      let step = min(rest, count - bytes.count)
      unsafe bytes.append(contentsOf: pieces[piece][offset..<offset + step])
      offset += step
      if step == rest {
        piece += 1
        offset = 0
      }
    }
    return bytes
  }
}

/// The routing words of a block: an array without the checks of one, since it grows once per event.
@safe
private struct RoutingWords: ~Copyable {
  private var base: UnsafeMutablePointer<RoutingWord>
  private var capacity = 16
  private(set) var count = 0

  init() { unsafe base = .allocate(capacity: capacity) }

  deinit { unsafe base.deallocate() }

  subscript(index: Int) -> RoutingWord { unsafe base[index] }

  @inline(__always)
  mutating func append(_ word: RoutingWord) {
    if count == capacity { grow() }
    unsafe (base + count).initialize(to: word)
    count += 1
  }

  /// Memory for words to come, at least one.
  var spare: UnsafeMutableBufferPointer<RoutingWord> {
    mutating get {
      if count == capacity { grow() }
      return unsafe UnsafeMutableBufferPointer(start: base + count, count: capacity - count)
    }
  }

  /// Counts words that were put into ``spare``.
  mutating func advance(by added: Int) { count += added }

  private mutating func grow() {
    capacity *= capacity < 64 ? 4 : 2
    let larger = UnsafeMutablePointer<RoutingWord>.allocate(capacity: capacity)
    unsafe larger.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = larger
  }
}

/// What has to be known of an event to route it again: 52 bits of its key's hash, whether it has
/// a key, and whether it belongs together with the event before it; and whose event it is, in
/// between.
struct RoutingWord: Sendable, Equatable {
  let bits: UInt64

  /// How many seats can be told apart.
  static let seatCount = 1 << 10

  /// The bits of a ``WriterSeat``.
  static func seatMark(_ number: Int) -> UInt64 { UInt64(number & (seatCount - 1)) << 52 }

  private static let seatMask: UInt64 = seatMark(seatCount - 1)
  private static let noKey: UInt64 = 1 << 62
  private static let joined: UInt64 = 1 << 63
  private static let fractionMask: UInt64 = (1 << 52) - 1

  /// - Parameter fraction: in [0, 1), a multiple of 2^-52.
  @inline(__always)
  init(fraction: Double, hasKey: Bool, isJoinedToPrevious: Bool = false, seat: UInt64 = 0) {
    let significant = UInt64(max(0, min(fraction, 1 - 0x1p-52)) * 0x1p52)
    bits =
      significant | (hasKey ? 0 : Self.noKey) | (isJoinedToPrevious ? Self.joined : 0) | seat
  }

  var fraction: Double { Double(bits & Self.fractionMask) * 0x1p-52 }
  var seat: UInt64 { bits & Self.seatMask }
  var hasKey: Bool { bits & Self.noKey == 0 }
  var isJoinedToPrevious: Bool { bits & Self.joined != 0 }
}

/// How an event stands in a segment: type 0, length, payload.
package enum EventFraming {
  package static let headerByteCount = 8
  /// The largest payload of one event, 8 MiB.
  package static let maxPayloadByteCount = 8 << 20
  /// The most framed bytes that one frame to the store may carry.
  package static let maxBatchByteCount = 16_777_207 - 44

  @inline(__always)
  static func writeHeader(to base: UnsafeMutableRawPointer, payloadByteCount: Int) {
    // Type 0 and the length, both big-endian, as one word.
    let word = UInt64(UInt32(truncatingIfNeeded: payloadByteCount))
    unsafe base.storeBytes(of: word.bigEndian, as: UInt64.self)
  }
}

/// The fixed parts of an `AppendBlockEnd` around its data.
enum AppendFrame {
  /// Frame header, writer id, size of whole events, data length.
  static let headByteCount = 8 + 16 + 4 + 4
  /// Number of events, last event number, request id.
  static let tailByteCount = 4 + 8 + 8
  static let overheadByteCount = headByteCount + tailByteCount

  static func writeHead(to base: UnsafeMutableRawPointer, writerID: WireUUID, byteCount: Int) {
    let payload = UInt32(truncatingIfNeeded: headByteCount - 8 + byteCount + tailByteCount)
    let data = UInt32(truncatingIfNeeded: byteCount)
    unsafe base.storeBytes(of: UInt32(4).bigEndian, toByteOffset: 0, as: UInt32.self)
    unsafe base.storeBytes(of: payload.bigEndian, toByteOffset: 4, as: UInt32.self)
    unsafe base.storeBytes(of: writerID.high.bigEndian, toByteOffset: 8, as: UInt64.self)
    unsafe base.storeBytes(of: writerID.low.bigEndian, toByteOffset: 16, as: UInt64.self)
    unsafe base.storeBytes(of: data.bigEndian, toByteOffset: 24, as: UInt32.self)
    unsafe base.storeBytes(of: data.bigEndian, toByteOffset: 28, as: UInt32.self)
  }

  static func writeTail(
    to base: UnsafeMutableRawPointer, eventCount: Int, lastEventNumber: Int64, requestID: Int64
  ) {
    let count = UInt32(truncatingIfNeeded: eventCount)
    unsafe base.storeBytes(of: count.bigEndian, toByteOffset: 0, as: UInt32.self)
    unsafe base.storeBytes(of: lastEventNumber.bigEndian, toByteOffset: 4, as: Int64.self)
    unsafe base.storeBytes(of: requestID.bigEndian, toByteOffset: 12, as: Int64.self)
  }
}
