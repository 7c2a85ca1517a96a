// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaWire
import XCTest

@testable import PravegaCore
@testable import PravegaNet
@testable import PravegaStandalone

/// Codecs written by hand for speed give the same bytes and numbers as the field lists.
final class HotCodecTests: LeakCheckedTestCase {
  private let pool = BufferPool(limit: 16 << 20)

  private func bytes(of block: PravegaCore.AppendBlock) -> [UInt8] {
    var batch = SendBatch()
    block.add(to: &batch)
    return batch.unsent.flatMap {
      Array(UnsafeRawBufferPointer(start: $0.iov_base, count: $0.iov_len))
    }
  }

  private func block(_ sizes: [Int], riding: Bool) throws -> (
    PravegaCore.AppendBlock, events: [UInt8]
  ) {
    let block = PravegaCore.AppendBlock(chunk: try XCTUnwrap(pool.take(.tiny, guaranteed: true)))
    var events: [UInt8] = []
    for (index, size) in sizes.enumerated() {
      let payload = [UInt8](repeating: UInt8(index + 1), count: size)
      let word = RoutingWord(fraction: 0.5, hasKey: true)
      let needed = riding ? 8 : size + 8
      if block.room < needed {
        block.extend(with: try XCTUnwrap(pool.take(.holding(needed + 64), guaranteed: true)))
      }
      if riding {
        block.append(riding: RidingPayload(moved: payload, pool: pool), routing: word)
      } else {
        payload.withUnsafeBytes { block.append($0, routing: word) }
      }
      events += [0, 0, 0, 0] + (0..<4).map { UInt8(size >> (24 - 8 * $0) & 0xff) } + payload
    }
    return (block, events)
  }

  func testABlockIsTheFrameThatTheFieldListGives() throws {
    let writer = WireUUID(high: 0x0102_0304_0506_0708, low: 0xf1f2_f3f4_f5f6_f7f8)
    for riding in [false, true] {
      for sizes in [[0], [1], [7, 0, 900, 3000, 1], [60_000, 5], [100_000]]
      where riding || sizes != [100_000] {
        let (block, events) = try block(sizes, riding: riding)
        block.freeze(firstNumber: 41, writerID: writer, requestID: 0x1234_5678_0000_0001)
        var generic = AppendBlockEnd()
        generic.writerID = writer
        generic.sizeOfWholeEvents = Int32(events.count)
        generic.data = events
        generic.numEvents = Int32(sizes.count)
        generic.lastEventNumber = 40 + Int64(sizes.count)
        generic.requestID = 0x1234_5678_0000_0001
        XCTAssertEqual(bytes(of: block), try generic.encoded(), "\(sizes) riding: \(riding)")
      }
    }
  }

  func testFreezingTwiceChangesNothing() throws {
    let (block, _) = try block([3, 4], riding: false)
    block.freeze(firstNumber: 1, writerID: WireUUID(high: 1, low: 2), requestID: 3)
    let once = bytes(of: block)
    block.freeze(firstNumber: 9, writerID: WireUUID(high: 8, low: 7), requestID: 6)
    XCTAssertEqual(bytes(of: block), once)
    XCTAssertEqual(block.lastNumber, 2)
  }

  private func frame<R>(
    _ code: Int32, _ payload: ArraySlice<UInt8>, _ body: (ReceivedFrame) throws -> R
  ) rethrows -> R {
    // Memory of exactly that size, so that a sanitizer sees every byte beyond.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: payload.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: payload)
    return try body(
      ReceivedFrame(code: code, payload: UnsafeRawBufferPointer(memory), slab: nil))
  }

  func testTheRequestIDOfEveryReplyIsTheOneOfItsFieldList() throws {
    let id = Int64(0x0a0b_0c0d_1122_3344)
    var count = 0
    for row in CommandTable.rows where row.direction == .reply || row.direction == .failure {
      var filler = ReplyFiller(requestID: id, number: 0x0606_0606_0606_0606)
      var command = row.type.init()
      try command.visit(&filler)
      guard filler.hasRequestID else { continue }
      count += 1
      let payload = try command.encoded().dropFirst(WireLimits.headerByteCount)
      XCTAssertEqual(frame(row.code, payload) { WireCodec.requestID(of: $0) }, id, row.name)
      for length in 0..<payload.count {
        let found = frame(row.code, payload.prefix(length)) { WireCodec.requestID(of: $0) }
        // Cut before the id: nothing, or what an older peer leaves out.
        XCTAssertTrue([nil, -1, id].contains(found), "\(row.name) cut at \(length): \(found ?? 0)")
      }
    }
    XCTAssertGreaterThan(count, 30)
  }

  func testAReadReplyIsReadAsItsFieldListIsAndRefusedWhereItIs() throws {
    var read = SegmentRead()
    read.segment = "scope/stream/0.#epoch.0"
    read.offset = 1 << 40
    read.atTail = true
    read.data = Array(1...50)
    read.requestID = 77
    let payload = try read.encoded().dropFirst(WireLimits.headerByteCount)
    for length in 0...payload.count {
      let cut = payload.prefix(length)
      let generic = cut.withUnsafeBytes { try? SegmentRead(payload: $0) }
      frame(SegmentRead.code, cut) { frame in
        let reply = ReadReply(frame)
        // The request id is not its business.
        if let generic {
          XCTAssertEqual(reply?.offset, generic.offset)
          XCTAssertEqual(reply?.atTail, true)
          XCTAssertEqual(reply?.endOfSegment, false)
          XCTAssertEqual(reply.map { Array($0.data) }, generic.data)
        } else if length < payload.count - 8 {
          XCTAssertNil(reply, "cut at \(length)")
        }
      }
    }
  }

  func testLengthsThatLieAreRefused() {
    for length in [Int32.max, -1, Int32.min, 1000] {
      var payload: [UInt8] = [0, 1, 65] + [UInt8](repeating: 0, count: 10)
      payload += withUnsafeBytes(of: length.bigEndian) { Array($0) }
      frame(SegmentRead.code, payload[...]) { frame in
        XCTAssertNil(ReadReply(frame))
        XCTAssertTrue([nil, -1].contains(WireCodec.requestID(of: frame)))
      }
    }
  }

  func testTheServersCursorReadsAnAppendAsItsFieldListDoesAndNoFurther() throws {
    var append = AppendBlockEnd()
    append.writerID = WireUUID(high: 5, low: .max)
    append.sizeOfWholeEvents = 3
    append.data = [1, 2, 3]
    append.numEvents = 1
    append.lastEventNumber = -9
    append.requestID = 11
    let payload = try append.encoded().dropFirst(WireLimits.headerByteCount)
    for length in 0...payload.count {
      let cut = payload.prefix(length)
      let generic = cut.withUnsafeBytes { try? AppendBlockEnd(payload: $0) }
      frame(AppendBlockEnd.code, cut) { frame in
        var cursor = FrameCursor(frame.payload)
        let requestID = try? self.readAppend(&cursor)
        XCTAssertEqual(requestID == nil, generic == nil, "cut at \(length)")
        if let generic { XCTAssertEqual(requestID, generic.requestID) }
      }
    }
  }

  private func readAppend(_ cursor: inout FrameCursor) throws -> Int64 {
    let writer = try cursor.writer()
    let whole = try cursor.int32()
    let data = Array(try cursor.bytes(Int(try cursor.int32())))
    let count = try cursor.int32()
    let number = try cursor.int64()
    XCTAssertEqual(writer, AttributeID(high: 5, low: .max))
    XCTAssertEqual(whole, 3)
    XCTAssertEqual(data, [1, 2, 3])
    XCTAssertEqual(count, 1)
    XCTAssertEqual(number, -9)
    return cursor.trailing()
  }
}

extension FrameCursor {
  fileprivate mutating func trailing() -> Int64 { (try? trailingRequestID()) ?? -1 }
}
