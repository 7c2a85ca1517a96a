// SPDX-License-Identifier: Apache-2.0

import PravegaThreads
import XCTest

@testable import PravegaCore

final class SegmentReaderTests: XCTestCase {
  func testTokensThatExpireNowAndThenAreInNoRow() {
    var state = SegmentReader.State(nextOffset: 0)
    let start = Deadline.now
    for number in 0..<20 {
      XCTAssertEqual(state.noteExpiredToken(at: start.advanced(by: .seconds(11 * number))), 1)
    }
    for number in 0..<3 {
      let soon = start.advanced(by: .seconds(11 * 19 + number))
      XCTAssertEqual(state.noteExpiredToken(at: soon), number + 2)
    }
  }
}
