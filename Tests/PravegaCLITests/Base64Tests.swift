// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaCLIKit
import XCTest

final class Base64Tests: XCTestCase {
  func testBytesAreEncodedAsFoundationEncodesThem() {
    for count in 0...70 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
      XCTAssertEqual(Base64.encode(bytes), Data(bytes).base64EncodedString())
    }
  }
}
