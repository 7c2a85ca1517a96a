// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaCLIKit

/// Wakes a thread that waits for standard input. It lives as long as the process.
struct WakeUpPipe: Sendable {
  let readEnd: Int32
  private let writeEnd: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw OutputError(target: "a pipe", call: "pipe", errno: errno)
    }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  func signal() {
    var byte: UInt8 = 1
    _ = unsafe write(writeEnd, &byte, 1)
  }
}
