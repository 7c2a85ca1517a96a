// SPDX-License-Identifier: Apache-2.0

internal import PravegaWire
internal import Synchronization

extension StoreConnection {
  static let smallestRead: Int32 = 8
  static let largestRead: Int32 = 2 << 20

  /// More waiting reads than any client has segments end the connection: each costs memory.
  static let mostParkedReads = 50_000

  func readSegment(_ request: ReadSegment) throws {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    guard parkedReads.load(ordering: .relaxed) < StoreConnection.mostParkedReads else {
      throw ProtocolViolation("too many waiting reads")
    }
    let wanted = min(
      StoreConnection.largestRead, max(StoreConnection.smallestRead, request.suggestedLength))
    let fault = replyFault
    answering(request.segment, request.requestID, offset: request.offset) { () throws(StoreError) in
      let segment = try core.segment(request.segment)
      // A read that waits keeps no token and no name of its own.
      var question = request
      (question.segment, question.delegationToken) = (segment.name, "")
      let data = try segment.read(
        from: request.offset, length: Int(wanted), owner: ObjectIdentifier(self)
      ) { [weak self, question] outcome in
        self?.parkedReads.subtract(1, ordering: .relaxed)
        self?.sendNow(StoreConnection.parts(of: outcome, question), fault)
      }
      if let data {
        send(StoreConnection.parts(of: .data(data), question), fault)
      } else {
        parkedReads.add(1, ordering: .relaxed)
        parkedSegments[ObjectIdentifier(segment)] = segment
      }
    }
  }

  /// The reply, with the data where it lies in the segment's chunks.
  private static func parts(of outcome: ReadOutcome, _ request: ReadSegment) -> [OutgoingPart] {
    switch outcome {
    case .failure:
      var sealed = SegmentIsSealed()
      sealed.requestID = request.requestID
      sealed.segment = request.segment
      sealed.offset = request.offset
      return (try? sealed.encoded()).map { [.bytes($0)] } ?? []
    case .data(let data):
      var header = SegmentRead()
      header.segment = request.segment
      header.offset = request.offset
      header.atTail = data.isAtTail
      header.endOfSegment = data.isEndOfSegment
      header.requestID = request.requestID
      guard var frame = try? header.encoded() else { return [] }
      // The frame was made for no data: put its length right and cut it where the data goes.
      let trailer = Array(frame.suffix(8))
      frame.removeLast(8)
      set(Int32(frame.count - headerSize + data.count + 8), at: 4, in: &frame)
      set(Int32(data.count), at: frame.count - 4, in: &frame)
      return [.bytes(frame)] + data.slices.map { .slice($0) } + [.bytes(trailer)]
    }
  }

  private static func set(_ value: Int32, at offset: Int, in frame: inout [UInt8]) {
    for byte in 0..<4 {
      frame[offset + byte] = UInt8(truncatingIfNeeded: value >> Int32(24 - 8 * byte))
    }
  }
}
