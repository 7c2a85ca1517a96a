// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaStandalone
import PravegaThreads
import XCTest

final class ControllerTransactionTests: ControllerTestCase {
  private func state(_ key: StreamKey, _ id: TransactionID) throws -> TransactionRecord.State {
    try controller.transactionState(key, id)
  }

  private func commit(
    _ key: StreamKey, _ id: TransactionID, writer: String = "", time: Int64 = .min
  ) throws -> PravegaStandalone.TransactionStatus {
    try controller.commitTransaction(key, id, writer: writer, time: time)
  }

  func testIdsCountUpOverAllStreamsAndAreNeverNegative() throws {
    let key = try makeStream(1)
    let other = try makeStream(1, named: "o")
    let first = try controller.createTransaction(key, lease: 10_000).id
    let second = try controller.createTransaction(other, lease: 600_000).id
    XCTAssertEqual(first, TransactionID(high: 0, low: 1))
    XCTAssertEqual(second, TransactionID(high: 0, low: 2))
  }

  func testLeaseBoundsAreInclusive() throws {
    let key = try makeStream(1)
    assertInvalid(try controller.createTransaction(key, lease: 9_999))
    assertInvalid(try controller.createTransaction(key, lease: 600_001))
    assertInvalid(try controller.createTransaction(key, lease: -1))
    assertNotFound(try controller.createTransaction(StreamKey("s", "none"), lease: 10_000))
  }

  func testCommitMergesIntoTheSegmentsOfTheSameEpoch() throws {
    let key = try makeStream(2)
    let id = try controller.createTransaction(key, lease: 10_000).id
    XCTAssertEqual(try state(key, id), .open)
    storage.forgetCommands()
    XCTAssertEqual(try commit(key, id), .success)
    let suffix = "#transaction.\(id.hexadecimal)"
    XCTAssertEqual(
      storage.commands,
      (0...1).map { "merge s/t/\($0).#epoch.0\(suffix) into s/t/\($0).#epoch.0" })
    XCTAssertEqual(try state(key, id), .committed)
    XCTAssertEqual(try commit(key, id), .success)
    XCTAssertEqual(try controller.abortTransaction(key, id), .failure)
    XCTAssertEqual(try controller.pingTransaction(key, id, lease: 10_000), .committed)
    XCTAssertEqual(try controller.completedTransactions(of: key).map(\.isCommitted), [true])
  }

  func testAbortDeletesTheSegments() throws {
    let key = try makeStream(1)
    let id = try controller.createTransaction(key, lease: 10_000).id
    storage.forgetCommands()
    XCTAssertEqual(try controller.abortTransaction(key, id), .success)
    XCTAssertEqual(
      storage.commands, ["delete s/t/0.#epoch.0#transaction.\(id.hexadecimal)"])
    XCTAssertEqual(try controller.abortTransaction(key, id), .success)
    XCTAssertEqual(try commit(key, id), .failure)
    XCTAssertEqual(try controller.pingTransaction(key, id, lease: 1), .aborted)
  }

  func testUnknownTransactionsAndStreams() throws {
    let key = try makeStream(1)
    let id = try controller.createTransaction(key, lease: 10_000).id
    for (stream, id) in [
      (key, TransactionID(high: 0, low: 99)), (StreamKey("s", "none"), id),
      (StreamKey("none", "t"), id),
    ] {
      XCTAssertEqual(try controller.pingTransaction(stream, id, lease: 1), .unknown)
      XCTAssertEqual(try commit(stream, id), .failure)
      XCTAssertEqual(try controller.abortTransaction(stream, id), .failure)
      XCTAssertEqual(try state(stream, id), .unknown)
    }
  }

  func testALeaseEndsWithoutPings() throws {
    let key = try makeStream(1)
    let id = try controller.createTransaction(key, lease: 10_000).id
    advance(9_000)
    XCTAssertEqual(try controller.pingTransaction(key, id, lease: 10_000), .ok)
    advance(9_000)
    controller.tick()
    XCTAssertEqual(try state(key, id), .open)
    advance(1_500)
    controller.tick()
    XCTAssertEqual(try state(key, id), .aborted)
  }

  func testPingsAreBounded() throws {
    let key = try makeStream(1)
    let id = try controller.createTransaction(key, lease: 10_000).id
    XCTAssertEqual(try controller.pingTransaction(key, id, lease: 600_001), .leaseTooLarge)
    XCTAssertEqual(try controller.pingTransaction(key, id, lease: 0), .ok)
    XCTAssertEqual(try controller.pingTransaction(key, id, lease: .min), .ok)
    advance(10_000_000 - 5_000)
    XCTAssertEqual(
      try controller.pingTransaction(key, id, lease: 10_000), .maxExecutionTimeExceeded)
  }

  func testSegmentsOfALaterEpochGetIdsThatMayNeverHaveExisted() throws {
    let key = try makeStream(2)
    try split(0, key)
    let (transaction, segments) = try controller.createTransaction(key, lease: 10_000)
    XCTAssertEqual(segments.map(\.id), [id(2, 1), id(3, 1), id(1, 1)])
    storage.forgetCommands()
    XCTAssertEqual(try commit(key, transaction), .success)
    let suffix = "#transaction.\(transaction.hexadecimal)"
    XCTAssertTrue(
      storage.commands.contains("merge s/t/1.#epoch.1\(suffix) into s/t/1.#epoch.0"))
  }

  func testACommitAfterAScaleRollsTwoEpochs() throws {
    let key = try makeStream(1)
    let old = try controller.createTransaction(key, lease: 10_000).id
    storage.setLength(22, of: "s/t/0.#epoch.0#transaction.\(old.hexadecimal)")
    let halves = try split(0, key)
    storage.forgetCommands()
    XCTAssertEqual(try commit(key, old, writer: "w", time: 7), .success)
    XCTAssertEqual(
      storage.commands,
      [
        "create s/t/0.#epoch.2",
        "merge s/t/0.#epoch.0#transaction.\(old.hexadecimal) into s/t/0.#epoch.2",
        "seal s/t/0.#epoch.2", "create s/t/1.#epoch.3", "create s/t/2.#epoch.3",
        "seal s/t/1.#epoch.1", "seal s/t/2.#epoch.1",
      ])
    XCTAssertEqual(try ids(key), [id(1, 3), id(2, 3)])
    XCTAssertEqual(try controller.successors(key, of: halves[1]).map(\.segment.id), [id(0, 2)])
    XCTAssertEqual(try controller.successors(key, of: halves[1]).first?.predecessors, halves)
    XCTAssertEqual(
      try controller.successors(key, of: id(0, 2)).map(\.segment.id), [id(1, 3), id(2, 3)])
    let statuses = try (0...4).map { try controller.checkScale(key, epoch: $0) }
    XCTAssertEqual(statuses, [.success, .inProgress, .success, .inProgress, .invalidInput])
    XCTAssertEqual(
      try controller.noteTime(key, writer: "w", position: [id(0, 2): 21], time: 8),
      .invalidPosition)

    let new = try controller.createTransaction(key, lease: 10_000)
    XCTAssertEqual(SegmentName.epoch(of: new.id), 1)
    XCTAssertEqual(new.segments.map(\.id), halves)
    storage.forgetCommands()
    XCTAssertEqual(try commit(key, new.id), .success)
    XCTAssertEqual(storage.commands.count, 2)
    XCTAssertEqual(try ids(key), [id(1, 3), id(2, 3)])
  }

  func testSealingAbortsOpenTransactions() throws {
    let key = try makeStream(1)
    let id = try controller.createTransaction(key, lease: 10_000).id
    _ = try controller.sealStream(key)
    XCTAssertEqual(try state(key, id), .aborted)
    _ = try controller.deleteStream(key)
    XCTAssertEqual(try state(key, id), .aborted)
  }

  func testACommitThatTheStoreRefusedIsFinishedLater() throws {
    let key = try makeStream(1)
    let id = try controller.createTransaction(key, lease: 10_000).id
    storage.state.withLock { $0.refusesMerges = true }
    XCTAssertEqual(try commit(key, id), .success)
    XCTAssertEqual(try state(key, id), .committing)
    storage.state.withLock { $0.refusesMerges = false }
    controller.tick()
    XCTAssertEqual(try state(key, id), .committed)
  }
}
