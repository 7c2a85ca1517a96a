// SPDX-License-Identifier: Apache-2.0

import Foundation
import XCTest

@testable import PravegaCLIKit

final class ProcessUsageTests: XCTestCase {
  func testThisProcessHasUsedTimeAndMemory() {
    var sum = 0.0
    for i in 0..<2_000_000 { sum += Double(i).squareRoot() }
    XCTAssertGreaterThan(sum, 0)
    XCTAssertGreaterThan(ProcessUsage.cpuSeconds(), 0)
    XCTAssertGreaterThan(ProcessUsage.peakResidentMiB(), 1)
    XCTAssertNotNil(ProcessUsage.cpuSeconds(ofProcess: getpid()))
    XCTAssertNil(ProcessUsage.cpuSeconds(ofProcess: Int32.max))
  }

  func testACommandNameWithParenthesesDoesNotShiftTheFields() throws {
    let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 5 0 0"
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    XCTAssertEqual(try XCTUnwrap(ProcessUsage.cpuSeconds(fromStat: stat)), 300 / ticks)
    for text in ["", "7 (x", ") S 1", "7 (x) S 1 2 3 4 5 6 7 8 9 10 11"] {
      XCTAssertNil(ProcessUsage.cpuSeconds(fromStat: text), text)
    }
  }

  func testTheProcessThatListensOnAPortIsFound() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    XCTAssertEqual(listen(descriptor, 1), 0)
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    XCTAssertEqual(failed, 0)
    XCTAssertEqual(ListeningProcess.id(port: UInt16(bigEndian: address.sin_port)), getpid())
  }

  func testOnlyListeningSocketsOfThePortCount() {
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:2382 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
         1: 0100007F:2382 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 222 1
         2: 0100007F:1770 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1
         3: bad
      """
    XCTAssertEqual(ListeningProcess.socketInodes(table, 9090), ["111"])
    XCTAssertEqual(ListeningProcess.socketInodes("", 9090), [])
  }
}
