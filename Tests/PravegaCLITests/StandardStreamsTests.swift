// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaTestKit
import XCTest

@testable import PravegaCLIKit

final class StandardStreamsTests: LeakCheckedTestCase {
  private func lines(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [[UInt8]] {
    let pipe = Pipe()
    let writer = Thread {
      try? pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
      try? pipe.fileHandleForWriting.close()
    }
    writer.start()
    let reader = LineReader(descriptor: pipe.fileHandleForReading.fileDescriptor, limit: limit)
    var lines: [[UInt8]] = []
    while let line = try reader.next() { lines.append(Array(line)) }
    return lines
  }

  func testLinesAreSplitAtLineFeedsOnly() throws {
    XCTAssertEqual(try lines([]), [])
    XCTAssertEqual(try lines(Array("a\nb".utf8)), [[97], [98]])
    XCTAssertEqual(try lines(Array("a\r\n\n".utf8)), [[97, 13], []])
    XCTAssertEqual(try lines([0xff, 0x00, 0x0a, 0x80]), [[0xff, 0x00], [0x80]])
  }

  func testLongInputComesOutWhole() throws {
    let line = [UInt8](repeating: 120, count: 100_001)
    let input = Array(repeatElement(line + [10], count: 30).joined())
    XCTAssertEqual(try lines(input), Array(repeating: line, count: 30))
  }

  func testALineBeyondTheLimitIsAnErrorThatNamesIt() {
    let input = Array("short\n".utf8) + [UInt8](repeating: 120, count: 1000)
    XCTAssertThrowsError(try lines(input, limit: 100)) { error in
      XCTAssertEqual(
        error as? LineReader.Failure, .tooLong(lineNumber: 2, limit: 100))
    }
  }

  func testAWakeUpEndsTheInputAndDropsAHalfLine() throws {
    let (input, wake) = (Pipe(), Pipe())
    try input.fileHandleForWriting.write(contentsOf: Data("whole\nhalf".utf8))
    let reader = LineReader(
      descriptor: input.fileHandleForReading.fileDescriptor, limit: 100,
      wakeUp: wake.fileHandleForReading.fileDescriptor)
    XCTAssertEqual(try reader.next().map(Array.init), Array("whole".utf8))
    try wake.fileHandleForWriting.write(contentsOf: Data([1]))
    XCTAssertNil(try reader.next())
    XCTAssertNil(try reader.next())
  }

  func testAReaderThatWentAwayIsOneSentence() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let output = Output(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    try output.line("x")
    XCTAssertThrowsError(try output.flush()) { error in
      XCTAssertEqual((error as? OutputError)?.isClosedPipe, true)
      XCTAssertEqual(
        "\(error)",
        "standard output was closed by the program that read it (write: EPIPE (32)); "
          + "the rest is not written")
    }
  }

  func testAReaderThatWentAwayIsNoticedWithoutAWrite() throws {
    let pipe = Pipe()
    let output = Output(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    try output.line("x")
    try output.checkReader()
    try output.flush()
    XCTAssertNoThrow(try output.checkReader(), "not read yet, but somebody may")
    try pipe.fileHandleForReading.close()
    XCTAssertThrowsError(try output.checkReader()) { error in
      XCTAssertEqual((error as? OutputError)?.isClosedPipe, true)
    }
    let file = try XCTUnwrap(FileHandle(forWritingAtPath: "/dev/null"))
    XCTAssertNoThrow(try Output(descriptor: file.fileDescriptor).checkReader())
  }

  func testAFullDiskIsOneSentence() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let output = Output(descriptor: full)
    try output.line([1, 2, 3])
    XCTAssertThrowsError(try output.flush()) { error in
      XCTAssertEqual(
        "\(error)",
        "standard output cannot take more: no space is left (write: ENOSPC (28)); "
          + "free some, or write elsewhere")
    }
  }

  func testProgressIsDrawnFourTimesASecondAtMostAndOnlyWhereAsked() {
    var drawn: [String] = []
    var now = ContinuousClock.now
    let line = ProgressLine(enabled: true, sink: { drawn.append($0) }, now: { now })
    for step in 0..<10 {
      line.update("\(step)")
      now += .milliseconds(100)
    }
    line.clear()
    line.clear()
    XCTAssertEqual(
      drawn, ["\r\u{1b}[K0", "\r\u{1b}[K3", "\r\u{1b}[K6", "\r\u{1b}[K9", "\r\u{1b}[K"])
    ProgressLine(enabled: false, sink: { _ in XCTFail("drawn") }, now: { now }).update("x")
  }

  func testArgumentsThatAreNotTextAreRefusedByName() {
    XCTAssertEqual(
      ArgumentVector.complaint(after: "--key", repaired: "\u{fffd}"),
      "the value of --key is not UTF-8 text: '\u{fffd}'; "
        + "keys and names are text, encode other bytes first")
    XCTAssertEqual(
      ArgumentVector.complaint(after: nil, repaired: "\u{fffd}"),
      "'\u{fffd}' is not UTF-8 text; arguments, keys and names must be")
  }
}
