// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import XCTest

@testable import PravegaStandalone

final class SegmentStoreTableTests: LeakCheckedTestCase {
  private let store = SegmentStore()

  private func table(keyLength: Int32 = 0) throws -> StoredSegment {
    try store.createTable("t", keyLength: keyLength)
    return try store.segment("t")
  }

  private func key(_ number: Int) -> [UInt8] { Array("key-\(1000 + number)".utf8) }

  func testVersionsAreTheOffsetsOfEntries() throws {
    let table = try table()
    XCTAssertEqual(
      try table.put([TableEntryValue([1], [2, 3]), TableEntryValue([4, 5], [])]), [0, 20])
    XCTAssertEqual(try table.put([TableEntryValue([1], [9], version: 0)]), [39])
    XCTAssertThrowsError(try table.put([TableEntryValue([1], [9], version: 0)])) {
      XCTAssertEqual($0 as? StoreError, .badKeyVersion)
    }
    XCTAssertEqual(
      try table.get([[1], [7]]),
      [
        TableEntryValue([1], [9], version: 39),
        TableEntryValue([7], [], version: TableVersion.absent),
      ])
  }

  func testPagesHoldEveryKeyOnceWhileKeysComeAndGo() throws {
    for keyLength: Int32 in [0, 8] {
      let table = try table(keyLength: keyLength)
      _ = try table.put((0..<1000).map { TableEntryValue(key($0), [1]) })
      try table.remove((0..<500).map { TableKeyVersion(key($0)) })
      _ = try table.put((0..<100).map { TableEntryValue(key($0), [2]) })
      var seen: [[UInt8]] = []
      var range = TableRange()
      while true {
        let page = try table.page(range, count: 7, withValues: false)
        guard let last = page.entries.last else { break }
        seen += page.entries.map(\.key)
        if keyLength == 0 {
          range.continuationToken = page.continuationToken
        } else {
          range.fromKey = last.key
          range.fromKey[7] += 1
        }
      }
      XCTAssertEqual(seen.count, 600)
      XCTAssertEqual(Set(seen), Set((Array(0..<100) + Array(500..<1000)).map(key)))
      try store.delete("t")
    }
  }

  func testCompactionKeepsVersionsAndBoundsTheLog() throws {
    let table = try table()
    let versions = try table.put((0..<10).map { TableEntryValue(key($0), [UInt8($0)]) })
    let value = [UInt8](repeating: 7, count: 100_000)
    for _ in 0..<300 { _ = try table.put([TableEntryValue([1], value)]) }
    let info = try table.tableInfo()
    XCTAssertGreaterThan(info.startOffset, 0)
    XCTAssertLessThan(info.length - info.startOffset, 8 << 20)
    XCTAssertEqual(
      try table.get((0..<10).map(key)),
      (0..<10).map { TableEntryValue(key($0), [UInt8($0)], version: versions[$0]) })
    var delta = try table.delta(from: 0, count: .max)
    XCTAssertTrue(delta.shouldClear)
    var changed = Set(delta.entries.map(\.key))
    while !delta.reachedEnd {
      delta = try table.delta(from: delta.lastPosition, count: .max)
      changed.formUnion(delta.entries.map(\.key))
    }
    XCTAssertEqual(changed.count, 11)
    XCTAssertEqual(delta.lastPosition, info.length)
  }

  func testAnEmptyKeyIsRefused() throws {
    let table = try table()
    XCTAssertThrowsError(try table.put([TableEntryValue([], [1])])) {
      guard case .badArgument? = $0 as? StoreError else { return XCTFail("\($0)") }
    }
  }

  func testBatchesAreAllOrNothing() throws {
    let table = try table()
    XCTAssertThrowsError(
      try table.put([TableEntryValue([1], [1]), TableEntryValue([2], [2], version: 5)])
    ) { XCTAssertEqual($0 as? StoreError, .keyDoesNotExist) }
    XCTAssertEqual(try table.tableInfo().length, 0)
    XCTAssertThrowsError(try table.put([TableEntryValue([1], [1])], ifLengthIs: 3)) {
      XCTAssertEqual($0 as? StoreError, .wrongTableLength(current: 0))
    }
  }
}
