// SPDX-License-Identifier: Apache-2.0

import PravegaThreads
import XCTest

@testable import PravegaStandalone

/// What a client could do to the store's memory through tables.
final class HostileTableTests: XCTestCase {
  private let store = SegmentStore()

  private func table(keyLength: Int32 = 0) throws -> StoredSegment {
    try store.createTable("t", keyLength: keyLength)
    return try store.segment("t")
  }

  /// A batch that overwrites one key again and again makes its own beginning dead, and compaction
  /// lets that go before a read that waited for it has been answered.
  func testWaitingReadOfATableGetsTheBytesBeforeCompactionTakesThem() throws {
    let table = try table()
    let answer = Monitor<ReadOutcome?>(nil)
    let parked = try table.read(
      from: 0, length: 100, owner: ObjectIdentifier(self),
      whenReady: { outcome in answer.withLock { $0 = outcome } })
    XCTAssertNil(parked)
    let value = [UInt8](repeating: 7, count: 900_000)
    _ = try table.put((0..<15).map { _ in TableEntryValue([1], value) })
    XCTAssertGreaterThan(try table.tableInfo().startOffset, 0)
    guard case .data(let data)? = answer.withLock({ $0 }) else { return XCTFail("no answer") }
    XCTAssertEqual(data.count, 100)
    XCTAssertEqual(data.slices.reduce(0) { $0 + $1.count }, 100)
    for slice in data.slices {
      XCTAssertGreaterThanOrEqual(slice.offset, 0)
      XCTAssertLessThanOrEqual(slice.offset + slice.count, slice.chunk.capacity)
    }
  }

  func testBytesThatAreGoneAreNeverLookedFor() {
    var list = ChunkList()
    let block = [UInt8](repeating: 1, count: ChunkList.largestChunk)
    for _ in 0..<3 { block.withUnsafeBytes { list.append($0) } }
    list.dropChunks(below: Int64(ChunkList.largestChunk) * 2)
    XCTAssertTrue(list.slices(from: 0, count: 10).isEmpty)
    XCTAssertEqual(list.bytes(from: 0, count: 10), [])
  }

  /// A small request that names one large entry many times must not become gigabytes.
  func testEntriesThatDoNotFitInOneReplyAreNotGathered() throws {
    let table = try table()
    _ = try table.put([TableEntryValue([1], [UInt8](repeating: 7, count: 1_000_000))])
    XCTAssertEqual(try table.get([[UInt8]](repeating: [1], count: 16)).count, 16)
    XCTAssertThrowsError(try table.get([[UInt8]](repeating: [1], count: 100_000))) {
      guard case .refused? = $0 as? StoreError else { return XCTFail("\($0)") }
    }
  }

  func testKeysThatComeAndGoLeaveNothingBehind() throws {
    let table = try table()
    for number in 0..<20_000 {
      let key = Array("\(number % 10)".utf8)
      _ = try table.put([TableEntryValue(key, [])])
      try table.remove([TableKeyVersion(key)])
    }
    XCTAssertLessThan(table.look { $0.table?.order.listedCount ?? 0 }, 5000)
    _ = try table.put((0..<10).map { TableEntryValue([UInt8($0)], []) })
    XCTAssertEqual(try table.page(count: 100, withValues: false).entries.count, 10)
  }

  func testPageOfTinyKeysStaysSmall() throws {
    let table = try table(keyLength: 3)
    for start in stride(from: 0, to: 200_000, by: 50_000) {
      _ = try table.put(
        (start..<start + 50_000).map {
          TableEntryValue([UInt8($0 >> 16), UInt8($0 >> 8 & 255), UInt8($0 & 255)], [])
        })
    }
    let page = try table.page(count: .max, withValues: true)
    XCTAssertLessThan(page.entries.count, 100_000)
  }
}
