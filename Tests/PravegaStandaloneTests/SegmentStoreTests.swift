// SPDX-License-Identifier: Apache-2.0

import PravegaThreads
import XCTest

@testable import PravegaStandalone

/// The store's state without a network.
final class SegmentStoreTests: XCTestCase {
  private let store = SegmentStore()
  private let writer = AttributeID(high: 1, low: 2)

  private func append(
    _ bytes: [UInt8], number: Int64, previous: Int64 = absentAttribute, to name: String = "s"
  ) throws -> Int64 {
    var terms = AppendTerms()
    terms.writer = writer
    terms.number = number
    terms.previousNumber = previous
    let segment = try store.segment(name)
    return try bytes.withUnsafeBytes { try segment.append(AppendBytes($0), terms) }
  }

  func testAppendedBytesAreReadBackAcrossChunks() throws {
    try store.create("s")
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for start in stride(from: 0, to: bytes.count, by: 99_991) {
      try store.append(Array(bytes[start..<min(start + 99_991, bytes.count)]), to: "s")
    }
    XCTAssertEqual(try store.info("s").length, 3_000_000)
    XCTAssertEqual(try store.bytes(of: "s", from: 0, length: .max), bytes)
    XCTAssertEqual(
      try store.bytes(of: "s", from: 1_048_570, length: 20), Array(bytes[1_048_570..<1_048_590]))
  }

  func testAnAppendWithAStaleNumberChangesNothing() throws {
    try store.create("s")
    XCTAssertEqual(try append([1, 2], number: 5), 2)
    XCTAssertThrowsError(try append([3], number: 6)) {
      XCTAssertEqual($0 as? StoreError, .badEventNumber)
    }
    XCTAssertEqual(try store.info("s").length, 2)
    XCTAssertEqual(try store.attribute(writer, of: "s"), 5)
    XCTAssertEqual(try append([3], number: 6, previous: 5), 3)
    XCTAssertEqual(try store.attribute(.eventCount, of: "s"), 2)
  }

  func testTruncatingAndDeletingGiveMemoryBack() throws {
    try store.create("s")
    let block = [UInt8](repeating: 1, count: 1 << 20)
    for _ in 0..<8 { try store.append(block, to: "s") }
    let full = store.budget.usedBytes
    XCTAssertGreaterThanOrEqual(full, 8 << 20)
    try store.truncate("s", at: 4 << 20)
    XCTAssertLessThanOrEqual(store.budget.usedBytes, full - (3 << 20))
    try store.delete("s")
    XCTAssertEqual(store.budget.usedBytes, 0)
  }

  func testAWaiterIsToldOnceMemoryIsFree() throws {
    let store = SegmentStore(memoryLimit: 1 << 20)
    try store.create("s")
    try store.append([UInt8](repeating: 1, count: 3 << 20), to: "s")
    XCTAssertTrue(store.budget.isExhausted)
    let promise = Promise<Bool>()
    store.budget.notify { _ = promise.succeed(true) }
    XCTAssertNil(promise.future.peek())
    try store.truncate("s", at: 3 << 20)
    XCTAssertTrue(try promise.future.get(until: .after(.seconds(5))))
  }

  func testAParkedReadIsAnsweredByAppendSealAndDeletion() throws {
    for ending in ["append", "seal", "delete", "merge"] {
      try store.create(ending)
      try store.create("source")
      try store.append([9, 9], to: "source")
      let promise = Promise<ReadOutcome>()
      let owner = ObjectIdentifier(self)
      let found = try store.segment(ending).read(from: 0, length: 100, owner: owner) {
        _ = promise.succeed($0)
      }
      XCTAssertNil(found)
      switch ending {
      case "append": try store.append([9, 9], to: ending)
      case "seal": try store.seal(ending)
      case "merge": _ = try store.merge("source", into: ending)
      default: try store.delete(ending)
      }
      if store.exists("source") { try store.delete("source") }
      switch try promise.future.get(until: .after(.seconds(5))) {
      case .failure(let error):
        XCTAssertEqual(error, .sealed)
        XCTAssertEqual(ending, "seal")
      case .data(let data):
        XCTAssertTrue(data.isAtTail)
        XCTAssertEqual(data.count, ending == "delete" ? 0 : 2)
      }
    }
  }

  func testAReplyKeepsItsBytesWhenTheSegmentGoes() throws {
    try store.create("s")
    let block = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0) }
    try store.append(block, to: "s")
    let data = try store.segment("s").readNow(from: 0, length: 1 << 20)
    try store.delete("s")
    let read = data.slices.flatMap {
      Array(UnsafeRawBufferPointer(start: $0.pointer, count: $0.count))
    }
    XCTAssertEqual(read, block)
  }

  func testMergeMovesBytesAndEndsTheSource() throws {
    try store.create("t")
    try store.append([1, 2, 3], to: "t")
    for size in [5, 100_000, 2_000_000] {
      let before = try store.info("t").length
      try store.create("s")
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try store.append(bytes, to: "s")
      XCTAssertEqual(try store.merge("s", into: "t"), before + Int64(size))
      XCTAssertEqual(try store.bytes(of: "t", from: before, length: .max), bytes)
      XCTAssertThrowsError(try store.info("s"))
    }
    try store.append([7], to: "t")
    try store.delete("t")
    XCTAssertEqual(store.budget.usedBytes, 0)
  }

  func testAFailedConditionLeavesTheSourceSealed() throws {
    try store.create("t")
    try store.create("s")
    let id = AttributeID(high: 5, low: 5)
    XCTAssertThrowsError(
      try store.merge(
        "s", into: "t", updates: [AttributeUpdate(id, .ifEqual, 1, expected: 9)])
    ) { XCTAssertEqual($0 as? StoreError, .attributeMismatch) }
    XCTAssertTrue(try store.info("s").isSealed)
    _ = try store.merge(
      "s", into: "t", updates: [AttributeUpdate(id, .ifEqual, 1, expected: absentAttribute)])
    XCTAssertEqual(try store.attribute(id, of: "t"), 1)
  }

  func testMergesInBothDirectionsAtOnceDoNotBlockEachOther() throws {
    for round in 0..<200 {
      try store.create("a")
      try store.create("b")
      try store.append([1], to: "a")
      try store.append([2], to: "b")
      let store = store
      let one = Worker.start(name: "a-into-b") { _ = try? store.merge("a", into: "b") }
      let two = Worker.start(name: "b-into-a") { _ = try? store.merge("b", into: "a") }
      XCTAssertTrue(one.join(until: .after(.seconds(10))), "round \(round)")
      XCTAssertTrue(two.join(until: .after(.seconds(10))), "round \(round)")
      for name in ["a", "b"] where store.exists(name) { try store.delete(name) }
    }
  }

  func testNamesDifferByTheirBytes() throws {
    try store.create("s/caf\u{e9}")
    try store.create("s/cafe\u{301}")
    XCTAssertThrowsError(try store.create("s/caf\u{e9}"))
    XCTAssertThrowsError(try store.create(""))
  }
}
