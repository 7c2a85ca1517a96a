// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaThreads

/// Keeps every line.
final class CollectingLog: LogSink {
  struct Line: Sendable {
    let level: LogLevel
    let text: String
    let metadata: [(String, String)]

    func value(_ name: String) -> String? { metadata.first { $0.0 == name }?.1 }
  }

  let level: LogLevel
  private let monitor = Monitor<[Line]>([])

  init(_ level: LogLevel) { self.level = level }

  var lines: [Line] { monitor.withLock { $0 } }

  func log(_ level: LogLevel, _ message: String, metadata: [(String, String)]) {
    monitor.withLock { $0.append(Line(level: level, text: message, metadata: metadata)) }
  }
}
