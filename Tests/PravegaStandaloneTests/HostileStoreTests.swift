// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaStandalone

/// Requests with values that no honest client sends, to the embedded segment store.
final class HostileStoreTests: LeakCheckedTestCase {
  private let core = SegmentStore(memoryLimit: 256 << 20)
  private var port: UInt16 = 0

  override func setUpWithError() throws {
    try super.setUpWithError()
    try core.create("s/s/0")
    try core.createTable("s/t/0")
    try core.createTable("s/f/0", keyLength: 4)
    _ = try core.segment("s/t/0").put([TableEntryValue([1], [2])])
    let server = SegmentStoreServer(core: core)
    port = try server.start().port
    addTeardownBlock { server.stop() }
  }

  /// Every command, each field in turn with each of its extremes while the others are usual. The
  /// server may answer or hang up, but it lives and serves the next client.
  func testEveryCommandWithExtremeFields() throws {
    var count = 0
    for row in CommandTable.rows {
      let isOfTables = (68...88).contains(row.code)
      for target in isOfTables ? ["s/t/0", "s/f/0"] : ["s/s/0"] {
        for (field, value) in ExtremeFields.choices(of: row.type, segment: target) {
          try exchange(row.type, ExtremeFields(segment: target, field: field, value: value))
          count += 1
        }
      }
    }
    XCTAssertGreaterThan(count, 1000)
    try checkThatTheServerLives()
  }

  /// Random combinations of extremes in all fields at once.
  func testRandomExtremesInAllFields() throws {
    var random = HostileRandom(seed: 11)
    for _ in 0..<300 {
      let row = CommandTable.rows[Int(random.next() % UInt64(CommandTable.rows.count))]
      try exchange(row.type, ExtremeFields(segment: "s/s/0", random: random))
    }
    try checkThatTheServerLives()
  }

  private func exchange(_ type: any WireCommand.Type, _ fields: ExtremeFields) throws {
    var command = type.init()
    var fields = fields
    try command.visit(&fields)
    guard let frame = try? command.encoded() else { return }
    let client = try StoreTestClient(port: port, timeout: 10)
    try? client.send(Hello.current)
    try? client.setup(fields.segment)
    try? client.send(bytes: frame)
    try? client.send(KeepAlive())
    client.endSending()
    // Until it hangs up; a time-out here is a server that neither answers nor ends.
    _ = try client.receiveToEnd()
  }

  private func checkThatTheServerLives() throws {
    try? core.create("alive")
    let client = try StoreTestClient(port: port)
    try client.setup("alive", writer: WireUUID(high: 9, low: 9))
    _ = try client.receive(AppendSetup.self)
    try client.send(
      StoreTestClient.append([1, 2, 3], number: 1, writer: WireUUID(high: 9, low: 9)))
    XCTAssertEqual(try client.receive(DataAppended.self).currentSegmentWriteOffset, 3)
  }

  func testWaitingReadsOfOneConnectionAreLimited() throws {
    let client = try StoreTestClient(port: port)
    let read = try StoreTestClient.read("s/s/0", at: .max).encoded()
    let many = [UInt8]((0..<1000).map { _ in read }.joined())
    for _ in 0..<(StoreConnection.mostParkedReads / 1000 + 2) {
      guard (try? client.send(bytes: many)) != nil else { break }
    }
    XCTAssertEqual(try client.receiveToEnd(), [])
    let segment = try core.segment("s/s/0")
    let deadline = Deadline.after(.seconds(10))
    while segment.look({ $0.parked.count }) > 0, !deadline.hasPassed { sched_yield() }
    XCTAssertEqual(segment.look { $0.parked.count }, 0)
  }

  func testReadsThatWaitFarBehindTheEndCostAppendsNothing() throws {
    let segment = try core.segment("s/s/0")
    let answered = Monitor<[Int64]>([])
    for offset in [50, 10, 0, 30, .max, 10] as [Int64] {
      _ = try segment.read(from: offset, length: 8, owner: ObjectIdentifier(self)) { outcome in
        if case .data = outcome { answered.withLock { $0.append(offset) } }
      }
    }
    XCTAssertEqual(segment.look { $0.parked.map(\.offset) }, [0, 10, 10, 30, 50, .max])
    try core.append([UInt8](repeating: 1, count: 20), to: "s/s/0")
    XCTAssertEqual(answered.withLock { $0 }, [0, 10, 10])
    XCTAssertEqual(segment.look { $0.parked.map(\.offset) }, [30, 50, .max])
  }

  /// A client that asks and never reads is held back, also where the replies share the segment's
  /// memory.
  func testRepliesThatNobodyReadsHoldTheirReaderBack() {
    var outgoing = Outgoing()
    let chunk = Chunk(capacity: 1 << 20)
    for _ in 0..<70 {
      outgoing.append([.slice(ChunkSlice(chunk: chunk, offset: 0, count: 1 << 20))])
    }
    XCTAssertTrue(outgoing.isFull)
    _ = outgoing.take()
    XCTAssertFalse(outgoing.isFull)
  }
}

extension Hello {
  fileprivate static var current: Hello {
    var hello = Hello()
    (hello.highVersion, hello.lowVersion) = (17, 5)
    return hello
  }
}
