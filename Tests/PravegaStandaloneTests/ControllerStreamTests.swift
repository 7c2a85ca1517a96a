// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaStandalone
import PravegaThreads
import XCTest

final class ControllerStreamTests: ControllerTestCase {
  func testCreationIsRefusedForEachReason() throws {
    XCTAssertEqual(try controller.createStream(stream, .fixed(1)), .scopeNotFound)
    _ = try controller.createScope("s")
    XCTAssertEqual(try controller.createScope("s"), .exists)
    XCTAssertEqual(try controller.createScope("a b"), .invalidName)
    assertInvalid(try controller.createScope(""))
    XCTAssertEqual(try controller.createStream(StreamKey("s", "a b"), .fixed(1)), .invalidName)
    XCTAssertEqual(try controller.createStream(StreamKey("s", ""), .fixed(1)), .invalidName)
    XCTAssertEqual(try controller.createStream(stream, .fixed(.max)), .failure)
    XCTAssertFalse(try controller.streamExists(stream))
    XCTAssertEqual(try controller.createStream(stream, .fixed(1)), .success)
    XCTAssertEqual(try controller.createStream(stream, .fixed(5)), .exists)
  }

  func testAStreamWithoutSegmentsCanOnlyBeDeleted() throws {
    _ = try controller.createScope("s")
    XCTAssertEqual(try controller.createStream(stream, .fixed(0)), .failure)
    XCTAssertTrue(try controller.streamExists(stream))
    XCTAssertThrowsError(try controller.currentSegments(stream))
    XCTAssertEqual(try controller.createStream(stream, .fixed(1)), .failure)
    XCTAssertEqual(try controller.sealStream(stream), .failure)
    XCTAssertEqual(try controller.deleteStream(stream), .success)
    XCTAssertEqual(try controller.createStream(stream, .fixed(1)), .success)
  }

  func testARecreatedStreamContinuesTheNumbersInEpochZero() throws {
    let key = try makeStream(2)
    try split(0, key)
    XCTAssertEqual(try controller.deleteStream(key), .notSealed)
    XCTAssertEqual(try controller.sealStream(key), .success)
    XCTAssertEqual(try ids(key), [])
    XCTAssertEqual(try controller.sealStream(key), .success)
    XCTAssertEqual(try controller.deleteStream(key), .success)
    XCTAssertEqual(try controller.deleteStream(key), .notFound)
    XCTAssertEqual(try controller.createStream(key, .fixed(1)), .success)
    XCTAssertEqual(try ids(key), [4])
    XCTAssertEqual(try ids(StreamKey("s", "_MARKt")), [1])
  }

  func testAFixedCountIsRestoredByEveryUpdate() throws {
    let key = try makeStream(2)
    try split(0, key)
    XCTAssertEqual(try controller.updateStream(key, .fixed(2)), .success)
    XCTAssertEqual(try ids(key), [id(4, 2), id(5, 2)])
    XCTAssertEqual(try controller.updateStream(key, .fixed(2)), .success)
    XCTAssertEqual(try ids(key), [id(4, 2), id(5, 2)])
    XCTAssertEqual(try controller.updateStream(key, .fixed(0)), .failure)
    XCTAssertEqual(try controller.settings(of: key).minimumSegmentCount, 2)
  }

  func testARatePolicyKeepsMoreSegmentsThanItsMinimum() throws {
    let key = try makeStream(3)
    var settings = StreamSettings.fixed(1)
    settings.scaleType = .eventsPerSecond
    settings.targetRate = 50
    XCTAssertEqual(try controller.updateStream(key, settings), .success)
    XCTAssertEqual(try ids(key).count, 3)
    XCTAssertEqual(storage.commands.first, "policy s/t/0.#epoch.0 2 50")
    settings.minimumSegmentCount = 4
    XCTAssertEqual(try controller.updateStream(key, settings), .success)
    XCTAssertEqual(try ids(key).count, 4)
  }

  func testSealedStreamsRefuseChanges() throws {
    let key = try makeStream(1)
    _ = try controller.sealStream(key)
    XCTAssertEqual(try controller.updateStream(key, .fixed(2)), .sealed)
    XCTAssertEqual(try controller.truncateStream(key, at: [:]), .sealed)
    XCTAssertEqual(try controller.scale(key, seal: [0], create: [.full]), .failure)
    assertInvalid(try controller.createTransaction(key, lease: 10_000))
    XCTAssertFalse(try controller.isSegmentActive(key, 0))
    XCTAssertTrue(try controller.isCutValid(key, [0: 0]))
    XCTAssertEqual(try controller.createStream(key, .fixed(1)), .exists)
  }

  func testListingsPageThroughAllNames() throws {
    _ = try controller.createScope("s")
    for number in 0..<1100 {
      _ = try controller.createStream(StreamKey("s", "t\(number)"), .fixed(1))
    }
    var names: [String] = []
    var token = ""
    var pages = 0
    while true {
      let page = try XCTUnwrap(try controller.listStreams(in: "s", after: token) { _ in true })
      if page.names.isEmpty {
        XCTAssertEqual(page.token, token)
        break
      }
      XCTAssertLessThanOrEqual(page.names.count, 1000)
      names += page.names
      token = page.token
      pages += 1
    }
    XCTAssertEqual(pages, 3)
    XCTAssertEqual(names.count, 2200)
    XCTAssertEqual(Set(names).count, 2200)
    XCTAssertNil(try controller.listStreams(in: "none", after: "") { _ in true })
  }

  func testAScopeIsDeletedWhenEmptyOrRecursively() throws {
    let key = try makeStream(2)
    XCTAssertEqual(try controller.deleteScope("s"), .notEmpty)
    var table = KeyValueTableRecord.Settings()
    table.partitionCount = 1
    table.primaryKeyLength = 8
    XCTAssertEqual(try controller.createTable(StreamKey("s", "k"), table), .success)
    var group = ReaderGroupRecord(StreamKey("s", "g"))
    group.maxOutstandingCheckpoints = 1
    group.start = [.init(key)]
    XCTAssertEqual(try controller.createReaderGroup(group).0, .success)
    XCTAssertEqual(try controller.deleteScopeRecursively("s"), .success)
    XCTAssertFalse(try controller.scopeExists("s"))
    XCTAssertEqual(storage.state.withLock { $0.lengths }, [:])
    XCTAssertEqual(try controller.deleteScopeRecursively("s"), .success)
    XCTAssertEqual(try controller.deleteScope("s"), .notFound)
    XCTAssertEqual(try controller.createScope("s"), .success)
  }

  func testTablesKeepNumbersOverRecreationAndRefuseLongKeys() throws {
    _ = try controller.createScope("s")
    let key = StreamKey("s", "k")
    var table = KeyValueTableRecord.Settings()
    table.partitionCount = 2
    table.primaryKeyLength = 8
    table.secondaryKeyLength = 4
    XCTAssertEqual(try controller.createTable(key, table), .success)
    XCTAssertEqual(storage.commands.first, "table s/k_kvtable/0.#epoch.0 12")
    XCTAssertEqual(try controller.createTable(key, table), .exists)
    XCTAssertEqual(try controller.deleteTable(key), .success)
    XCTAssertEqual(try controller.deleteTable(key), .notFound)
    XCTAssertEqual(try controller.createTable(key, table), .success)
    XCTAssertEqual(try controller.tableSegments(key).map(\.id), [2, 3])
    table.primaryKeyLength = 300
    XCTAssertEqual(try controller.createTable(StreamKey("s", "long"), table), .failure)
    XCTAssertEqual(try controller.createTable(StreamKey("s", "_k"), table), .invalidName)
    table.partitionCount = 0
    assertInvalid(try controller.createTable(StreamKey("s", "z"), table))
  }
}
