// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import XCTest

/// The model that faults and random runs are held against sees each way of going wrong.
final class TestEventLedgerTests: LeakCheckedTestCase {
  private func event(_ sequence: Int, of key: String = "k") -> TestEvent {
    TestEvent(key: key, sequence: sequence)
  }

  /// One with `written` events of one key, of which `acknowledged` are, and `read` were read.
  private func ledger(_ written: Int, acknowledged: [Int], read: [Int]) -> TestEventLedger {
    let ledger = TestEventLedger()
    for sequence in 0..<written { ledger.write(event(sequence)) }
    for sequence in acknowledged { ledger.acknowledge(event(sequence)) }
    for sequence in read { ledger.read(event(sequence)) }
    return ledger
  }

  func testWhatIsReadOnceAndInOrderIsNoProblem() {
    let ledger = ledger(3, acknowledged: [0, 1, 2], read: [0, 1, 2])
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertTrue(ledger.isComplete)
    XCTAssertEqual(ledger.acknowledgedCount, 3)
    XCTAssertEqual(ledger.readCount, 3)
  }

  func testALostEvent() {
    let ledger = ledger(4, acknowledged: [0, 1, 2, 3], read: [0, 3])
    XCTAssertEqual(ledger.problems(), ["k: lost 2 events: 1, 2"])
    XCTAssertFalse(ledger.isComplete)
  }

  func testADoubledEvent() {
    XCTAssertEqual(
      ledger(2, acknowledged: [0, 1], read: [0, 1, 1]).problems(), ["k: doubled 1 events: 1"])
  }

  func testEventsOutOfOrder() {
    XCTAssertEqual(
      ledger(3, acknowledged: [0, 1, 2], read: [0, 2, 1]).problems(),
      ["k: out of order [\"2>1\"]"])
  }

  func testAnEventThatNobodyWrote() {
    XCTAssertEqual(
      ledger(1, acknowledged: [0], read: [0, 1]).problems(), ["k: never written 1 events: 1"])
    XCTAssertEqual(
      ledger(1, acknowledged: [0], read: [-1, 0]).problems(), ["k: never written 1 events: -1"])
  }

  /// One whose outcome is unknown may be stored, or not, but not twice.
  func testAnEventThatWasNotAcknowledged() {
    XCTAssertEqual(ledger(2, acknowledged: [0], read: [0]).problems(), [])
    XCTAssertEqual(ledger(2, acknowledged: [0], read: [0, 1]).problems(), [])
    XCTAssertEqual(
      ledger(2, acknowledged: [0], read: [0, 1, 1]).problems(), ["k: doubled 1 events: 1"])
  }

  func testKeysDoNotHideEachOther() {
    let ledger = TestEventLedger()
    for key in ["a", "b"] {
      ledger.write(event(0, of: key))
      ledger.acknowledge(event(0, of: key))
    }
    ledger.read(event(0, of: "a"))
    XCTAssertEqual(ledger.problems(), ["b: lost 1 events: 0"])
    XCTAssertEqual(ledger.problems(limit: 0), [])
  }

  /// A random run fails when one event in the middle goes wrong on its way to the model.
  func testARandomRunSeesWhatItsReadersDo() throws {
    let third = event(3, of: "w0.0")
    for (word, change) in [("lost", []), ("doubled", [third, third])] {
      let run = try RandomRun(seed: 4) { event in
        event == TestEvent(key: "w0.0", sequence: 3, padding: event.padding) ? change : [event]
      }
      XCTAssertThrowsError(try run.run()) { error in
        XCTAssertTrue("\(error)".contains("w0.0: \(word) 1 events: 3"), "\(error)")
      }
    }
  }
}
