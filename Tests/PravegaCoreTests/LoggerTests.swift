// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import PravegaThreads
import XCTest

/// A log that repeats itself is cut short, and says so.
final class LoggerTests: LeakCheckedTestCase {
  private final class Lines: LogSink {
    let level: LogLevel
    private let lines = Monitor<[String]>([])

    init(_ level: LogLevel) { self.level = level }

    func log(_ level: LogLevel, _ message: String, metadata: [(String, String)]) {
      let pairs = metadata.map { " \($0.0)=\($0.1)" }.joined()
      lines.withLock { $0.append("\(level) \(message)\(pairs)") }
    }

    func take() -> [String] {
      lines.withLock { lines in
        defer { lines = [] }
        return lines
      }
    }
  }

  private let time = Monitor(Deadline.now)

  private func pass(_ duration: Duration) {
    time.withLock { $0 = $0.advanced(by: duration) }
  }

  private func logger(_ lines: Lines) -> Logger {
    Logger(lines, now: { [time] in time.withLock { $0 } })
  }

  func testALineThatRepeatsIsWrittenOnceInTenSeconds() {
    let lines = Lines(.info)
    let logger = logger(lines)
    for number in 0..<1000 { logger.log(.warning, "lost", [("segment", "\(number)")]) }
    XCTAssertEqual(lines.take(), ["warning lost segment=0"])
    pass(.seconds(9))
    logger.log(.warning, "lost", [("segment", "a")])
    XCTAssertEqual(lines.take(), [])
    pass(.seconds(1))
    logger.log(.warning, "lost", [("segment", "b")])
    logger.log(.warning, "lost", [("segment", "c")])
    XCTAssertEqual(lines.take(), ["warning lost segment=b repeated=1000"])
    pass(.seconds(10))
    logger.log(.warning, "lost", [("segment", "d")])
    XCTAssertEqual(lines.take(), ["warning lost segment=d repeated=1"])
    pass(.seconds(10))
    logger.log(.warning, "lost", [("segment", "e")])
    XCTAssertEqual(lines.take(), ["warning lost segment=e"])
  }

  func testOtherLinesAreNotHeldBack() {
    let lines = Lines(.info)
    let logger = logger(lines)
    for text in ["one", "two", "one"] { logger.log(.info, text) }
    XCTAssertEqual(lines.take(), ["info one", "info two"])
  }

  func testWhatTheSinkDoesNotWantIsNotMade() {
    func fail() -> String {
      XCTFail("made")
      return ""
    }
    let logger = logger(Lines(.warning))
    logger.log(.info, fail(), [("a", fail())])
    XCTAssertFalse(logger.isEnabled(.info))
    XCTAssertTrue(logger.isEnabled(.error))
    Logger(nil).log(.error, fail())
  }

  func testAFloodOfDifferentLinesIsNotKept() {
    let lines = Lines(.info)
    let logger = logger(lines)
    for number in 0..<10_000 { logger.log(.info, "line \(number)") }
    XCTAssertEqual(lines.take().count, 10_000)
    logger.log(.info, "line 9999")
    XCTAssertEqual(lines.take(), [])
  }
}
