// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

final class EventBufferTests: LeakCheckedTestCase {
  func testEventsWithoutAKeySpreadEvenlyOverTheKeySpace() {
    var counts = [Int](repeating: 0, count: 16)
    EventBuffer.withScratch { buffer in
      for _ in 0..<160_000 {
        let fraction = buffer.randomFraction()
        XCTAssertTrue((0..<1).contains(fraction))
        counts[Int(fraction * 16)] += 1
      }
    }
    // Ten standard deviations around 10,000.
    for count in counts { XCTAssertTrue((9_000...11_000).contains(count), "\(counts)") }
  }

  func testABufferTakesAnArrayOverAndGrowsWhenMoreIsAdded() {
    EventBuffer.withScratch { buffer in
      buffer.append([1, 2, 3])
      XCTAssertEqual(buffer.byteCount, 3)
      buffer.append(UInt8(4))
      buffer.append(bigEndian: UInt16(0x0506))
      buffer.append(String(repeating: "x", count: 10_000))
      XCTAssertEqual(buffer.byteCount, 10_006)
    }
    EventBuffer.withScratch { buffer in XCTAssertEqual(buffer.byteCount, 0) }
  }

  func testASerializerMayUseABufferWithinABuffer() {
    EventBuffer.withScratch { outer in
      outer.append([1])
      EventBuffer.withScratch { inner in
        inner.append([2, 3])
        XCTAssertEqual(inner.byteCount, 2)
      }
      XCTAssertEqual(outer.byteCount, 1)
    }
  }
}
