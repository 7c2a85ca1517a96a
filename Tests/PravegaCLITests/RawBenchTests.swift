// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaTestKit
import XCTest

@testable import pravega_cli

final class RawBenchTests: LeakCheckedTestCase {
  private func block(_ count: Int = 3, size: Int = 2) -> BareBlock {
    BareBlock(
      segment: "a/b/0.#epoch.0", writer: Array(1...16), requestID: 5, eventCount: count,
      eventSize: size)
  }

  func testABlockIsOneWholeFrameWhoseNumberGrows() {
    var block = block()
    let expected =
      "00000004 0000004a 0102030405060708090a0b0c0d0e0f10 0000001e 0000001e "
      + "00000000 00000002 7878 00000000 00000002 7878 00000000 00000002 7878 "
      + "00000003 0000000000000003 0000000000000005"
    func hex(_ bytes: [UInt8]) -> String {
      bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
    XCTAssertEqual(hex(block.next()), expected.filter { $0 != " " })
    XCTAssertEqual(hex(block.next()).suffix(32), "0000000000000006" + "0000000000000005")
  }

  func testAcknowledgementsAreCumulative() {
    var block = block()
    for _ in 0..<4 { _ = block.next() }
    XCTAssertEqual(block.inFlight, 4)
    XCTAssertEqual(block.acknowledge(3), 1)
    XCTAssertEqual(block.acknowledge(9), 2)
    XCTAssertEqual(block.inFlight, 1)
    XCTAssertEqual(block.acknowledge(9), 0, "said twice")
    XCTAssertEqual(block.acknowledge(3), 0, "older than what is known")
    XCTAssertEqual(block.acknowledge(99), 0, "never sent")
    XCTAssertEqual(block.acknowledge(.min), 0, "nonsense")
    XCTAssertEqual(block.acknowledge(12), 1)
    XCTAssertEqual(block.inFlight, 0)
  }

  func testAReplyIsAnAcknowledgementOnlyWhenItIsWhole() {
    let body = Array(repeating: UInt8(1), count: 16) + [0, 0, 0, 0, 0, 0, 1, 2]
    XCTAssertEqual(BareReply(type: 7, body: body[...]).dataAppended?.number, 258)
    XCTAssertNil(BareReply(type: 7, body: body.dropLast()).dataAppended)
    XCTAssertNil(BareReply(type: 8, body: body[...]).dataAppended)
  }
}
