// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import PravegaThreads
import XCTest

/// A state that is a text and grows at its end.
struct TextCodec: StateCodec {
  func encode(initial: String) -> [UInt8] { Array(initial.utf8) }
  func decodeInitial(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
  func encode(update: String) -> [UInt8] { Array(update.utf8) }
  func decodeUpdate(_ bytes: [UInt8]) throws -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    if text == "bad" { throw PravegaError(.corruptedState, "bad") }
    return text
  }
  func begin(_ initial: String, at revision: Revision) -> String { initial }
  func apply(_ update: String, to state: inout String, at revision: Revision) { state += update }
}

final class StateSynchronizerTests: LeakCheckedTestCase {
  private var soon: Deadline { .after(.seconds(10)) }

  private func client(_ segment: FakeSegment) -> StateSynchronizer<TextCodec> {
    StateSynchronizer(TextCodec(), on: RevisionedSegment(segment))
  }

  func testTheTraceOfTwoJavaClientsGivesTheSameBytesMarksAndStates() throws {
    let vectors = try Recorded.vectors("state_synchronizer")
    let trace = vectors["trace"].array
    let segment = FakeSegment("sync")
    let one = client(segment)
    let two = client(segment)
    let actions: [() throws -> Void] = [
      { try one.initialize("I", until: self.soon) },
      { try two.initialize("X", until: self.soon) },
      { try one.updateState(until: self.soon) { _ in (["a", "b"], ()) } },
      { try two.updateState(until: self.soon) { _ in (["c"], ()) } },
      { try one.updateStateUnconditionally(["d"], until: self.soon) },
      { try one.fetchUpdates(until: self.soon) },
      { try one.compact(until: self.soon) { $0 } },
      { try two.fetchUpdates(until: self.soon) },
      { try two.updateState(until: self.soon) { _ in (["e"], ()) } },
      { try two.compact(until: self.soon) { $0 } },
      { try one.fetchUpdates(until: self.soon) },
    ]
    for (action, step) in zip(actions, trace) {
      try action()
      for (name, client) in [("client1", one), ("client2", two)] {
        let text = step[name].isNull ? nil : step[name].string
        XCTAssertEqual(client.snapshot?.state, text, step["step"].string)
        let revision = step[name + "Revision"]
        XCTAssertEqual(
          client.snapshot?.revision.description, revision.isNull ? nil : revision.string)
      }
      XCTAssertEqual(segment.writeOffset, step["segmentLength"].int)
      let mark = segment.contents.withLock { $0.attributes[RevisionedSegment.markAttribute] }
      XCTAssertEqual(mark ?? .min, step["mark"].int)
      XCTAssertEqual(segment.contents.withLock { $0.startOffset }, step["startOffset"].int)
    }
    let three = client(segment)
    try three.fetchUpdates(until: soon)
    XCTAssertEqual(three.snapshot?.state, "Iabcde")
    XCTAssertEqual(
      three.snapshot?.revision.description, trace[trace.count - 1]["client3Revision"].string)
    XCTAssertEqual(segment.bytes.hex, vectors["finalSegmentHex"].string)
  }

  func testRecordsAreEncodedAsInJava() throws {
    for entry in try Recorded.vectors("state_synchronizer")["records"].array {
      let bytes = entry["recordHex"].bytes
      XCTAssertEqual(try StateRecord.decode(bytes).encode(), bytes, entry["what"].string)
    }
    for hex in ["", "000000", "00000003", "0000000200000002aa", "00000002ffffffff"] {
      XCTAssertThrowsError(try StateRecord.decode([UInt8](hex: hex)), hex)
    }
  }

  func testAStateThatNobodyBeganIsAnError() {
    let one = client(FakeSegment("s"))
    XCTAssertThrowsError(try one.updateState(until: soon) { _ in (["a"], ()) }) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .illegalState)
    }
  }

  func testAClientThatFellBehindTruncationStartsOver() throws {
    let segment = FakeSegment("s")
    let (one, late) = (client(segment), client(segment))
    try one.initialize("I", until: soon)
    try late.fetchUpdates(until: soon)
    for round in 0..<3 {
      try one.updateState(until: soon) { _ in (["\(round)"], ()) }
      try one.compact(until: soon) { $0 }
      try one.fetchUpdates(until: soon)
    }
    XCTAssertGreaterThan(segment.contents.withLock { $0.startOffset }, 13)
    try late.fetchUpdates(until: soon)
    XCTAssertEqual(late.snapshot?.state, "I012")
    XCTAssertEqual(late.snapshot?.revision, one.snapshot?.revision)
  }

  func testAnEntryThatCannotBeAppliedLeavesTheStateBeforeIt() throws {
    let segment = FakeSegment("s")
    let one = client(segment)
    try one.initialize("I", until: soon)
    try one.updateStateUnconditionally(["a"], until: soon)
    try one.updateStateUnconditionally(["b", "bad", "c"], until: soon)
    for _ in 0..<2 {
      XCTAssertThrowsError(try one.fetchUpdates(until: soon)) {
        XCTAssertEqual(($0 as? PravegaError)?.code, .corruptedState)
      }
      XCTAssertEqual(one.snapshot?.state, "Ia")
    }
  }

  func testEntriesAreJoinedFromReadsOfAnyLength() throws {
    for length in [1, 3, 7, 8, 9, 50] {
      let segment = FakeSegment("s")
      let one = client(segment)
      try one.initialize("I", until: soon)
      for letter in ["aa", "", "bbbbbbbbbb"] {
        try one.updateStateUnconditionally([letter], until: soon)
      }
      segment.contents.withLock { $0.maxRead = length }
      let two = client(segment)
      try two.fetchUpdates(until: soon)
      XCTAssertEqual(two.snapshot?.state, "Iaabbbbbbbbbb")
    }
  }

  func testASegmentWithoutEntriesIsRefused() throws {
    for hex in ["0000000100000000", "00000000ffffffff", "000000000000000900", "000000"] {
      let segment = FakeSegment("s")
      segment.contents.withLock { $0.bytes = [UInt8](hex: hex) }
      XCTAssertThrowsError(try client(segment).fetchUpdates(until: soon)) {
        XCTAssertEqual(($0 as? PravegaError)?.code, .corruptedState)
      }
    }
  }

  func testAMarkThatPointsNowhereEndsInAnErrorAndNotInALoop() throws {
    let segment = FakeSegment("s")
    try client(segment).initialize("I", until: soon)
    for mark in [Int64.min + 1, -1] {
      segment.contents.withLock { $0.attributes[RevisionedSegment.markAttribute] = mark }
      XCTAssertThrowsError(try client(segment).fetchUpdates(until: soon)) {
        XCTAssertEqual(($0 as? PravegaError)?.code, .segmentTruncated)
      }
    }
  }

  func testImpossibleOffsetsOfAStoreAreRefused() throws {
    let segment = FakeSegment("s")
    try client(segment).initialize("I", until: soon)
    segment.contents.withLock { $0.startOffset = .min }
    XCTAssertThrowsError(try client(segment).fetchUpdates(until: soon)) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .invalidMessage)
    }
  }

  func testAFailedWriteLeavesTheStateAndTheNextCallGoesOn() throws {
    let segment = FakeSegment("s")
    let one = client(segment)
    try one.initialize("I", until: soon)
    segment.failNext("conditionalAppend", PravegaError(.timeout, "lost"), afterwards: true)
    XCTAssertThrowsError(try one.updateState(until: soon) { _ in (["a"], ()) })
    XCTAssertEqual(one.snapshot?.state, "I")
    try one.updateState(until: soon) { state in (state.contains("a") ? [] : ["a"], ()) }
    XCTAssertEqual(one.snapshot?.state, "Ia", "what was written although its answer was lost")
  }

  func testFourThreadsUpdateOneStateWithoutLosingAny() throws {
    let segment = FakeSegment("s")
    try client(segment).initialize("", until: soon)
    let workers = (0..<4).map { number in
      Worker.start(name: "test-\(number)") {
        let soon = Deadline.after(.seconds(10))
        let mine = StateSynchronizer(TextCodec(), on: RevisionedSegment(segment))
        for _ in 0..<50 {
          do {
            try mine.updateState(until: soon) { _ in (["\(number)"], ()) }
          } catch {
            XCTFail("\(error)")
          }
        }
      }
    }
    for worker in workers { XCTAssertTrue(worker.join(until: soon)) }
    let all = client(segment)
    try all.fetchUpdates(until: soon)
    let state = try XCTUnwrap(all.snapshot?.state)
    for number in 0..<4 { XCTAssertEqual(state.filter { String($0) == "\(number)" }.count, 50) }
  }
}
