// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import XCTest

@testable import PravegaCore

/// Events that span chunks, and what a header may promise.
final class EventAssemblerTests: LeakCheckedTestCase {
  private func chunk(_ bytes: [UInt8]) -> ReadChunk {
    bytes.withUnsafeBytes { ReadChunk(copying: $0, reserved: 0, budget: ByteBudget(limit: 1)) }
  }

  private func header(_ length: Int32) -> [UInt8] {
    [0, 0, 0, 0] + withUnsafeBytes(of: length.bigEndian) { Array($0) }
  }

  func testAnEventIsChargedWhileItIsPutTogether() throws {
    let budget = ByteBudget(limit: 1 << 20)
    var assembler = EventAssembler(offset: 0, budget: budget)
    assembler.add(chunk(header(100_000) + [UInt8](repeating: 1, count: 40_000)))
    guard case .needsChunk = assembler.next() else { return XCTFail("it has no end yet") }
    XCTAssertGreaterThanOrEqual(budget.used, 40_008)
    XCTAssertLessThan(budget.used, 100_000, "it was paid for before it came")
    assembler.add(chunk([UInt8](repeating: 2, count: 60_000)))
    guard case .event(let event) = assembler.next() else { return XCTFail("it is all there") }
    XCTAssertEqual(event.bytes.count, 100_000)
    guard case .needsChunk = assembler.next() else { return XCTFail("there is no other") }
    XCTAssertEqual(budget.used, 0)
  }

  func testWhatIsAnnouncedIsBounded() throws {
    let promised: [Int32] = [Int32.max, 2_000_000_000, (8 << 20) + 1]
    for limit in [1 << 20, 8 << 20] {
      for length in promised {
        let budget = ByteBudget(limit: limit)
        var assembler = EventAssembler(offset: 0, budget: budget)
        assembler.add(chunk(header(length) + [UInt8](repeating: 1, count: 10_000)))
        guard case .tooLarge(Int(length)) = assembler.next() else {
          return XCTFail("\(length) bytes of \(limit)")
        }
        XCTAssertLessThanOrEqual(budget.used, 16 << 10)
      }
    }
  }

  /// As large as every writer may make them, whatever the budget; larger ones as the budget goes.
  func testTheLargestEvents() throws {
    for (limit, length) in [(1 << 20, 8 << 20), (16 << 20, 9 << 20)] {
      let budget = ByteBudget(limit: limit)
      var assembler = EventAssembler(offset: 0, budget: budget)
      assembler.add(chunk(header(Int32(length))))
      var came = 0
      while case .needsChunk = assembler.next(), came < length {
        assembler.add(chunk([UInt8](repeating: 1, count: 1 << 20)))
        came += 1 << 20
        XCTAssertLessThanOrEqual(budget.used, 2 * came)
      }
      assembler.seek(to: 0)
      XCTAssertEqual(came, length)
      XCTAssertEqual(budget.used, 0)
    }
  }
}
